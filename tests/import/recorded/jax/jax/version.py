_version = "0.11.1"
_minimum_jaxlib_version = "0.11.0"
