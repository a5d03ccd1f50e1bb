"""Compare what is deployed with what the files say, by reading alone.

The program runs as it does under the engine, but each resource that it registers is looked up instead of
made: its real id and ARN go to what refers to it, and what AWS says of it is held against its inputs.
"""
