setup(
    python_requires=">=3.12",
    install_requires=[f"jaxlib >={_minimum_jaxlib_version}, <={_jax_version}", "numpy>=2.0"],
)
