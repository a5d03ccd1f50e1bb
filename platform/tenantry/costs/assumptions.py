"""What an estimate takes for granted where no tenant's file says it, each figure with its reason."""

from fractions import Fraction

from tenantry.gateway.body import VERDICT_TTL_SECONDS

VERDICT_SECONDS = VERDICT_TTL_SECONDS

# "INITs typically occur in under 1% of invocations": AWS Compute Blog, on billing the INIT phase, 2025.
COLD_STARTS_PER_INVOCATION = Fraction(1, 100)
INIT_MS = 700  # Python, with boto3 and Powertools, below 1 GB of memory
AUTHORIZER_MS = 10  # one signature, no call of AWS
CONSUMER_MS = 500  # of what takes from a queue: mostly the time that a receiver takes to answer
SCHEDULE_MS = 1_000  # of a run by the clock: some pages of records, read and changed
SHARE_BY_KEY = 0.01  # of all calls, those of a group that an API key alone opens

# A line of the access log with ids at their full length, and CloudWatch's 26 bytes for each event.
ACCESS_LOG_BYTES = 700
# START, END and REPORT of Lambda's own with the trace's id, and two EMF lines of ours.
INVOCATION_LOG_BYTES = 1_600
STORED_PER_INGESTED = Fraction(15, 100)  # CloudWatch keeps logs compressed: the ratio of AWS's own calculator

# X-Ray's default rule: the first call of each second, and 5 % of the others.
TRACES_PER_SECOND = 1
TRACED_BEYOND = 0.05

READ_UNIT_KB = 4  # a strongly consistent read of 4 KB is one unit
WRITE_UNIT_KB = 1
IN_TRANSACTION = 2  # units for each that the same write costs alone

# Lambda reads a queue by five long polls at a time, each of up to 20 s; an empty answer is billed too.
POLLERS = 5
POLL_SECONDS = 20
CALLS_PER_MESSAGE = 3  # sent, received, deleted

KEPT_MONTHS = 12  # of writes, where no file says how much a tenant keeps

SECRET_SECONDS = 900  # a function instance asks for its secret again after this long
# A key under rotation costs as much again after its first rotation and its second: the most, from year three.
# https://aws.amazon.com/kms/pricing/
KEY_ROTATIONS = 2
KEY_SECONDS = 300  # DynamoDB keeps a table's data key for this long, for each role that uses it

NOTICES_PER_MONTH = 30  # alarms' e-mails to one address: a day with trouble in every month
