"""Addresses of this app."""

from django.urls import path

from releases.products.views import importing, keeping, keys, reading

app_name = "products"
urlpatterns = [
    path("", reading.versions, name="versions"),
    path("export/", reading.export_versions, name="export_versions"),
    path("validity/", reading.validity, name="validity"),
    path("validity/export/", reading.export_validity, name="export_validity"),
    path("validity/add/", keeping.add_validity, name="add_validity"),
    path("validity/<int:pk>/edit/", keeping.edit_validity, name="edit_validity"),
    path("models/add/", keeping.add_hub_model, name="add_hub_model"),
    path("models/<int:pk>/", reading.hub_model, name="hub_model"),
    path("models/<int:pk>/edit/", keeping.edit_hub_model, name="edit_hub_model"),
    path("versions/add/", keeping.add_version, name="add_version"),
    path("versions/<int:pk>/edit/", keeping.edit_version, name="edit_version"),
    path("imports/", importing.check_import, name="check_import"),
    path("imports/<int:pk>/", importing.list_import, name="list_import"),
    path("imports/<int:pk>/write/", importing.write_import, name="write_import"),
    path("keys/", keys.keys, name="keys"),
    path("keys/register/", keys.register_key, name="register_key"),
    path("keys/<int:pk>/revoke/", keys.revoke_key, name="revoke_key"),
]
