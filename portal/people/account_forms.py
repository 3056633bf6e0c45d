"""allauth's forms in the portal's words: labels above the boxes, nothing inside them, help where the page gives it."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
)
from django import forms

LABELS = {
    "login": "E-mail address",
    "email": "E-mail address",
    "oldpassword": "Your password now",
    "password1": "New password",
    "password2": "New password again",
}


class Plain(forms.Form):
    """Takes placeholders and links away from every field: a text inside a box is no label."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.use_required_attribute = False
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = LABELS.get(name, field.label)
            field.help_text = "At least 12 characters." if name == "password1" else ""


class SignInForm(Plain, LoginForm):  # type: ignore[misc]  # allauth is not typed
    pass


class ProveForm(Plain, ReauthenticateForm):  # type: ignore[misc]  # allauth is not typed
    pass


class ForgottenPasswordForm(Plain, ResetPasswordForm):  # type: ignore[misc]  # allauth is not typed
    pass


class NewPasswordForm(Plain, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth is not typed
    pass


class OtherPasswordForm(Plain, ChangePasswordForm):  # type: ignore[misc]  # allauth is not typed
    pass
