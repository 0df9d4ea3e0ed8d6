_version_check("CUDA", get, build, scale_for_comparison=10, min_supported_version=12010)
_version_check("cuDNN", get, build, scale_for_comparison=100)
_version_check("cuBLAS", get, build, scale_for_comparison=100, min_supported_version=120100)
