"""The invented world that a newcomer walks through; built by the verbs that people use."""
