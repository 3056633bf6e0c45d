from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "releases.products"
    label = "products"
    verbose_name = "Products"
