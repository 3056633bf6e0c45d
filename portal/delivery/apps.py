from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class DeliveryConfig(AppConfig):
    name = "portal.delivery"
    label = "delivery"
    verbose_name = "Delivery of notices"

    def ready(self) -> None:
        autodiscover_modules("messages")  # fills the catalogue of kinds
