"""The configuration: a folder of YAML files becomes one frozen, validated platform, or a list of problems."""

from tenantry.config.cells import Cell, Platform, UnknownName
from tenantry.config.loader import Reading, load_platform, read_platform
from tenantry.config.tenants import Tenant
from tenantry.config.tiers import EffectiveLimits, Quota, Tier
from tenantry.problems import ConfigErrors, Problem

__all__ = [
    "Cell",
    "ConfigErrors",
    "EffectiveLimits",
    "Platform",
    "Problem",
    "Quota",
    "Reading",
    "Tenant",
    "Tier",
    "UnknownName",
    "load_platform",
    "read_platform",
]
