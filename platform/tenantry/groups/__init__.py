"""The route groups that are installed: found in folders, checked, and read by all that derives from them."""

from tenantry.groups.installed import Groups, Installed, Member
from tenantry.groups.loading import current, forget

__all__ = ["Groups", "Installed", "Member", "current", "forget"]
