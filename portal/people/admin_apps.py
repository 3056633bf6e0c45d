from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django's administration with our site as its default."""

    default_site = "portal.people.admin_site.PortalAdminSite"
