"""What a fleet of many stacks bears under the real engine: failures, bad releases, kills, AWS's rates."""
