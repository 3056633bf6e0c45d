from django.apps import AppConfig


class EnquiriesConfig(AppConfig):
    name = "devices.enquiries"
    label = "enquiries"
    verbose_name = "Hub enquiries"
