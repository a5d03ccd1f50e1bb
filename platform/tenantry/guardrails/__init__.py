"""Hold what the program registers against rules, the same in the project's tests and under the Pulumi engine.

Nothing here knows Pulumi: tests hand over what they registered, the policy pack what the engine has.
"""
