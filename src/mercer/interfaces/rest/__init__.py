"""The HTTP interface: ``POST /v1/<operation>``, drawn from the operations."""
