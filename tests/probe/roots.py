"""Recorded roots: small descriptions of machines and images, the stack that each is, and what has to be seen or said.

A root has `files` (path: bytes or text), `links` (path: target), `folders`, and what the command line adds (`args`).
`stack` is compared whole; `sees` are pairs of what and value; `problems` are parts of sentences, and no other may stand.
"""

MACHINES = {"x86_64": 62, "aarch64": 183}


def elf(machine="x86_64", more=b""):
    head = bytearray(64)
    head[0:7] = b"\177ELF\2\1\1"
    head[18:20] = MACHINES[machine].to_bytes(2, "little")
    return bytes(head) + b"\0" + more + b"\0"


def elf_with_section(name, payload):
    """A 64-bit file of three sections: none, `name`, the names."""
    names = b"\0" + name.encode() + b"\0.shstrtab\0"
    at_payload, at_names = 64, 64 + len(payload)
    at_table = at_names + len(names)

    def section(name_at, offset, size):
        return name_at.to_bytes(4, "little") + bytes(20) + offset.to_bytes(8, "little") + size.to_bytes(8, "little") + bytes(24)

    head = bytearray(elf()[:64])
    head[40:48] = at_table.to_bytes(8, "little")
    head[58:60], head[60:62], head[62:64] = (64).to_bytes(2, "little"), (3).to_bytes(2, "little"), (2).to_bytes(2, "little")
    table = section(0, 0, 0) + section(1, at_payload, len(payload)) + section(2 + len(name), at_names, len(names))
    return bytes(head) + payload + names + table


def os_release(name, version):
    return f'NAME="x"\nID={name}\nVERSION_ID="{version}"\n'


def glibc(version, machine="x86_64"):
    triple = f"{machine}-linux-gnu"
    loader = {"x86_64": "lib64/ld-linux-x86-64.so.2", "aarch64": "lib/ld-linux-aarch64.so.1"}[machine]
    text = f"GNU C Library (Ubuntu GLIBC {version}-0ubuntu3) stable release version {version}.\nCopyright".encode()
    return {loader: elf(machine), f"usr/lib/{triple}/libc.so.6": elf(machine, text)}


UBUNTU = {
    "etc/os-release": os_release("ubuntu", "22.04"),
    "etc/ld.so.conf": "include /etc/ld.so.conf.d/*.conf\n",
    "etc/ld.so.conf.d/x86_64-linux-gnu.conf": "# Multiarch support\n/usr/local/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n",
    **glibc("2.35"),
}
UBUNTU_STACK = {"platform": "linux", "arch": "x86_64", "distro": "ubuntu-22.04", "glibc": "2.35"}
LIB = "usr/lib/x86_64-linux-gnu/"


def module(version, flavour, more=("nvidia_uvm",)):
    line = {
        "proprietary": f"NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Sat Aug 19 01:15:15 UTC 2023\n",
        "open": f"NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  {version}  Release Build  (dvs-builder@x)\n",
    }[flavour]
    files = {"sys/module/nvidia/version": version + "\n", "proc/driver/nvidia/version": line + "GCC version:  gcc 12\n"}
    return {**files, **{f"sys/module/{name}/refcnt": "1\n" for name in more}}


def driver_libraries(version, folder=LIB):
    return (
        {f"{folder}libcuda.so.{version}": elf(), f"{folder}libnvidia-ml.so.{version}": elf()},
        {f"{folder}libcuda.so.1": f"libcuda.so.{version}", f"{folder}libnvidia-ml.so.1": f"libnvidia-ml.so.{version}"},
    )


def gpu(device, slot="0000:01:00.0", kind="0x030000", model=None, vendor="0x10de"):
    here = f"sys/bus/pci/devices/{slot}/"
    files = {here + "vendor": vendor + "\n", here + "device": f"0x{device}\n", here + "class": kind + "\n"}
    if model:
        files[f"proc/driver/nvidia/gpus/{slot}/information"] = f"Model: \t\t {model}\nIRQ:   \t\t 120\n"
    return files


def toolkit(version, nvcc=True, folder=None, runtime=None):
    minor = ".".join(version.split(".")[:2])
    here = f"{folder or 'usr/local/cuda-' + minor}/"
    files = {here + "version.json": '{"cuda_nvcc": {"name": "a \\"b\\" [", "version": "9.9.9"},\n "cuda" : {"version" : "%s"}}' % version}
    if nvcc:
        files[here + "bin/nvcc"] = elf()
    if runtime:
        files[f"{here}targets/x86_64-linux/lib/libcudart.so.{runtime}"] = elf()
    return files


def wheel(site, name, version, files=()):
    folder = f"{site}/{name}-{version}.dist-info/"
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nVersion: 0.0.0 in the description\n"
    return {folder + "METADATA": text, **{f"{site}/{path}": elf() for path in files}}


LIB535, LINK535 = driver_libraries("535.104.05")
LIB550, LINK550 = driver_libraries("550.54.14")
VENV = "opt/app/lib/python3.10/site-packages"
CONDA = "opt/conda/lib/python3.10/site-packages"
BRIDGE = gpu("1237", "0000:00:00.0", "0x060000", vendor="0x8086")

ROOTS = {
    "ubuntu-535-proprietary": {
        "files": {
            **UBUNTU, **module("535.104.05", "proprietary"), **LIB535, **BRIDGE,
            **gpu("2684", model="NVIDIA GeForce RTX 4090"), **gpu("2684", "0000:02:00.0", model="NVIDIA GeForce RTX 4090"),
            **gpu("22ba", "0000:01:00.1", "0x040300"),
            **toolkit("12.1.1", runtime="12.1.105"), **toolkit("11.8.0", runtime="11.8.89"),
            "usr/bin/python3.10": elf(),
        },
        "links": {
            **LINK535, "usr/local/cuda": "/etc/alternatives/cuda", "etc/alternatives/cuda": "/usr/local/cuda-12.1", "usr/bin/python3": "python3.10",
        },
        "args": ["--env", "PATH=/usr/local/cuda-11.8/bin:/usr/bin"],
        "stack": {
            **UBUNTU_STACK, "driver": "535.104.05", "driver_user": "535.104.05", "kernel_module": "proprietary",
            "gpus": [{"name": "NVIDIA GeForce RTX 4090", "compute_capability": "8.9", "count": 2}],
            "components": {"cuda-toolkit": "11.8.0", "python": "3.10"},
            "copies": [
                {"component": "cuda-runtime", "version": "11.8", "path": "/usr/local/cuda-11.8/targets/x86_64-linux/lib/libcudart.so.11.8.89"},
                {"component": "cuda-runtime", "version": "12.1", "path": "/usr/local/cuda-12.1/targets/x86_64-linux/lib/libcudart.so.12.1.105"},
            ],
        },
        "sees": [("toolkit", "12.1.1"), ("toolkit", "11.8.0"), ("toolkit.by.PATH", "11.8.0"), ("gpu.0000:01:00.0.pci", "10de:2684")],
        "problems": ["PATH leads to the toolkit 11.8.0, /usr/local/cuda to 12.1.1"],
    },
    "ubuntu-550-open": {
        "files": {**UBUNTU, **module("550.54.14", "open"), **LIB550, **gpu("2330", kind="0x030200")},
        "links": LINK550,
        "stack": {
            **UBUNTU_STACK, "driver": "550.54.14", "driver_user": "550.54.14", "kernel_module": "open",
            "gpus": [{"name": "NVIDIA H100 80GB HBM3", "compute_capability": "9.0"}],
        },
        "sees": [("kernel.driver", "550.54.14")],
    },
    "wsl2": {
        "files": {
            **UBUNTU, "proc/version": "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@x) #1 SMP\n",
            "usr/lib/wsl/lib/libcuda.so.1.1": elf(), "usr/lib/wsl/lib/libnvidia-ml.so.1": elf(),
            "etc/ld.so.conf.d/ld.wsl.conf": "/usr/lib/wsl/lib\n", "sys/module/vgem/refcnt": "0\n", **BRIDGE,
        },
        "links": {"usr/lib/wsl/lib/libcuda.so.1": "libcuda.so.1.1"},
        "stack": {**UBUNTU_STACK, "platform": "wsl2"},
        "sees": [("libcuda", "no release in its name"), ("nvml", "no release in its name")],
    },
    "wsl2-linux-driver-inside": {
        "files": {**UBUNTU, "proc/version": "Linux version 5.15.0 (Microsoft)\n", **LIB535},
        "links": LINK535,
        "stack": {**UBUNTU_STACK, "platform": "wsl2"},
        "sees": [("driver_user", "535.104.05")],
        "problems": ["a Linux driver (535.104.05) is installed inside WSL2"],
    },
    "jetson": {
        "files": {
            **glibc("2.35", "aarch64"), "etc/os-release": os_release("ubuntu", "22.04"),
            "etc/nv_tegra_release": "# R36 (release), REVISION: 3.0, GCID: 36191598, BOARD: generic, EABI: aarch64\n",
            "usr/lib/aarch64-linux-gnu/nvidia/libcuda.so.1.1": elf("aarch64"), **BRIDGE,
        },
        "links": {"usr/lib/aarch64-linux-gnu/nvidia/libcuda.so.1": "libcuda.so.1.1"},
        "stack": {"platform": "jetson", "arch": "aarch64", "distro": "ubuntu-22.04", "glibc": "2.35", "l4t": "36.3.0"},
        "sees": [("libcuda", "no release in its name")],
    },
    "container-injected": {
        "files": {
            **UBUNTU, ".dockerenv": "", **module("550.54.14", "proprietary"), **LIB550,
            **gpu("20b5", "0000:07:00.0", "0x030200", "NVIDIA A100 80GB PCIe"),
            **toolkit("12.4.1", nvcc=False), "usr/local/cuda-12.4/targets/x86_64-linux/lib/libcudart.so.12.4.127": elf(),
            "usr/local/cuda-12.4/compat/libcuda.so.550.90.07": elf(), "etc/ld.so.conf.d/cuda.conf": "/usr/local/cuda/targets/x86_64-linux/lib\n",
        },
        "links": {
            **LINK550, "usr/local/cuda": "cuda-12.4", "usr/local/cuda-12.4/lib64": "targets/x86_64-linux/lib",
            "usr/local/cuda-12.4/compat/libcuda.so.1": "libcuda.so.550.90.07",
            "usr/local/cuda-12.4/targets/x86_64-linux/lib/libcudart.so.12": "libcudart.so.12.4.127",
        },
        "args": ["--env", "NVIDIA_REQUIRE_CUDA=cuda>=12.4", "--env", "NVIDIA_DRIVER_CAPABILITIES=compute,utility"],
        "stack": {
            **UBUNTU_STACK, "driver": "550.54.14", "driver_user": "550.54.14", "kernel_module": "proprietary",
            "gpus": [{"name": "NVIDIA A100 80GB PCIe", "compute_capability": "8.0"}], "container": {"require": "cuda>=12.4"},
            "components": {"cuda-runtime": "12.4"},
        },
        "sees": [("container.kind", "docker"), ("libcuda.compat", "550.90.07"), ("toolkit.runtime", "12.4.1")],
    },
    "container-without-compute": {
        "files": {**UBUNTU, "proc/1/cgroup": "0::/kubepods/pod1\n", **module("550.54.14", "open")},
        "args": ["--env", "NVIDIA_DRIVER_CAPABILITIES=utility"],
        "stack": {**UBUNTU_STACK, "driver": "550.54.14", "kernel_module": "open"},
        "sees": [("container.kind", "kubepods")],
        "problems": ["without compute", "no libcuda.so.1 is to be found"],
    },
    "conda": {
        "files": {
            **UBUNTU, **LIB535,
            **{f"opt/conda/conda-meta/{name}.json": "{}" for name in (
                "python-3.10.13-h955ad1f_0", "pytorch-2.1.0-py3.10_cuda12.1_cudnn8.9.2_0", "cudnn-8.9.2.26-cuda12_0", "cuda-cudart-12.1.105-0", "distro-1.9.0-pyhd_0", "history",
            )},
            **wheel(CONDA, "torch", "2.1.0"), **wheel(CONDA, "distro", "1.9.0"),
            f"{CONDA}/torch/version.py": "__version__ = '2.1.0'\ncuda = '12.1'\n", "opt/conda/lib/libcudnn.so.8.9.2": elf(),
        },
        "links": LINK535,
        "stack": {
            **UBUNTU_STACK, "driver": "535.104.05", "driver_user": "535.104.05",
            "components": {"python": "3.10.13", "cudnn": "8.9.2.26", "torch": "2.1.0+conda-cu121"},
        },
        "sees": [("torch.cuda", "12.1"), ("library.cudnn", "8.9.2")],
    },
    "pip-torch": {
        "files": {
            **UBUNTU, **module("550.54.14", "proprietary"), **LIB550, **gpu("2684"), "opt/app/pyvenv.cfg": "home = /usr/bin\nversion = 3.10.12\n",
            **wheel(VENV, "torch", "2.4.0"), f"{VENV}/torch/version.py": "from typing import Optional\n__version__ = '2.4.0'\ncuda: Optional[str] = '12.1'\n",
            **wheel(VENV, "nvidia_cudnn_cu12", "9.1.0.70", ["nvidia/cudnn/lib/libcudnn.so.9"]),
            **wheel(VENV, "nvidia_nccl_cu12", "2.20.5"), **wheel(VENV, "nvidia_cuda_runtime_cu12", "12.1.105", ["nvidia/cuda_runtime/lib/libcudart.so.12"]),
            **wheel(VENV, "nvidia_cuda_nvrtc_cu12", "12.1.105"), **wheel(VENV, "requests", "2.32.0"), **wheel(VENV, "distro", "1.9.0"),
            LIB + "libcudnn.so.9.5.1": elf(),
        },
        "links": {**LINK550, LIB + "libcudnn.so.9": "libcudnn.so.9.5.1", "opt/app/bin/python3": "/usr/bin/python3.10"},
        "args": ["--python", "/opt/app/bin/python3"],
        "stack": {
            **UBUNTU_STACK, "driver": "550.54.14", "driver_user": "550.54.14", "kernel_module": "proprietary",
            "gpus": [{"name": "NVIDIA GeForce RTX 4090", "compute_capability": "8.9"}],
            "components": {"python": "3.10.12", "cudnn": "9.1.0.70", "nccl": "2.20.5", "torch": "2.4.0+cu121"},
            "copies": [{"component": "cudnn", "version": "9.5.1", "path": "/usr/lib/x86_64-linux-gnu/libcudnn.so.9.5.1"}],
        },
        "sees": [("torch.cuda", "12.1"), ("library.cudnn", "9"), ("bundled.cuda-runtime", "12.1.105"), ("package.nvidia-cuda-nvrtc-cu12", "12.1.105")],
    },
    "pip-torch-cpu": {
        "files": {
            **UBUNTU, **wheel(VENV, "torch", "2.4.0+cpu"), f"{VENV}/torch/version.py": "__version__ = '2.4.0+cpu'\ncuda: Optional[str] = None\n",
            **wheel(VENV, "tensorflow", "2.16.1"), **wheel("usr/lib/python3/dist-packages", "numpy", "1.21"),
            f"{VENV}/tensorflow/python/platform/build_info.py": 'build_info = collections.OrderedDict([("cuda_version", "12.3"), ("cudnn_version", "8")])\n',
        },
        "args": ["--env", "VIRTUAL_ENV=/opt/app"],
        "stack": {**UBUNTU_STACK, "components": {"python": "3.10", "tensorflow": "2.16.1", "torch": "2.4.0+cpu"}},
        "sees": [("torch.cuda", "none"), ("tensorflow.cuda_version", "12.3"), ("tensorflow.cudnn_version", "8")],
    },
    "half-upgraded": {
        "files": {**UBUNTU, **module("535.104.05", "proprietary"), **driver_libraries("535.161.07")[0], **gpu("2684")},
        "links": driver_libraries("535.161.07")[1],
        "stack": {
            **UBUNTU_STACK, "driver": "535.104.05", "driver_user": "535.161.07", "kernel_module": "proprietary",
            "gpus": [{"name": "NVIDIA GeForce RTX 4090", "compute_capability": "8.9"}],
        },
        "sees": [],
        "problems": ["the loaded kernel module is of 535.104.05, the libraries are of 535.161.07"],
        "verdict": 1,
    },
    "stub-first": {
        "files": {**UBUNTU, **module("535.104.05", "proprietary"), **LIB535, **toolkit("12.1.1"), "usr/local/cuda-12.1/lib64/stubs/libcuda.so": elf()},
        "links": {**LINK535, "usr/local/cuda-12.1/lib64/stubs/libcuda.so.1": "libcuda.so"},
        "args": ["--env", "LD_LIBRARY_PATH=/usr/local/cuda-12.1/lib64/stubs"],
        "stack": {**UBUNTU_STACK, "driver": "535.104.05", "driver_user": "535.104.05", "kernel_module": "proprietary"},
        "sees": [("libcuda.stub", "no release in its name"), ("toolkit", "12.1.1")],
        "problems": ["the loader's first libcuda.so.1 is a stub, /usr/local/cuda-12.1/lib64/stubs/libcuda.so (by LD_LIBRARY_PATH)"],
    },
    "nouveau": {
        "files": {**UBUNTU, "sys/module/nouveau/refcnt": "1\n", **gpu("2684"), "sys/bus/pci/drivers/nouveau/bind": ""},
        "links": {"sys/bus/pci/devices/0000:01:00.0/driver": "../../../../bus/pci/drivers/nouveau"},
        "stack": {**UBUNTU_STACK, "driver": "absent", "gpus": [{"name": "NVIDIA GeForce RTX 4090", "compute_capability": "8.9"}]},
        "sees": [("kernel.nouveau", "loaded"), ("gpu.0000:01:00.0.driver", "nouveau")],
        "problems": ["bound to nouveau"],
    },
    "no-driver": {
        "files": {**UBUNTU, "sys/module/ext4/refcnt": "1\n", **BRIDGE},
        "stack": {**UBUNTU_STACK, "driver": "absent", "gpus": []},
        "sees": [("gpu.none", "absent"), ("kernel.none", "absent")],
    },
    "image-without-proc-and-sys": {
        "files": {**UBUNTU, "usr/local/cuda-10.2/version.txt": "CUDA Version 10.2.89\n", "usr/local/cuda-10.2/bin/nvcc": elf()},
        "links": {"usr/local/cuda": "cuda-10.2"},
        "stack": {**UBUNTU_STACK, "components": {"cuda-toolkit": "10.2.89"}},
        "sees": [("toolkit", "10.2.89")],
    },
    "compat-in-use": {
        "files": {
            **UBUNTU, **module("535.104.05", "open"), **LIB535, **gpu("2330", kind="0x030200"),
            "usr/local/cuda-12.4/compat/libcuda.so.550.54.14": elf_with_section(
                ".note.cuda.fwd_compatibility", b'\4\0\0\0{"Format Version": "1.0", "CUDA Version": "12.4", "Driver": [535, 470]}'
            ),
            "etc/ld.so.conf.d/00-compat-123.conf": "/usr/local/cuda-12.4/compat\n",
        },
        "links": {**LINK535, "usr/local/cuda-12.4/compat/libcuda.so.1": "libcuda.so.550.54.14"},
        "stack": {
            **UBUNTU_STACK, "driver": "535.104.05", "driver_user": "535.104.05", "kernel_module": "open", "compat_package": "12.4",
            "gpus": [{"name": "NVIDIA H100 80GB HBM3", "compute_capability": "9.0"}],
        },
        "sees": [("libcuda.compat", "550.54.14"), ("libcuda", "535.104.05")],
        "how": {"compat_package": "the note in the library; first by /etc/ld.so.conf.d/00-compat-123.conf"},
    },
    "musl": {
        "files": {
            "etc/os-release": os_release("alpine", "3.18.4"), "lib/ld-musl-x86_64.so.1": elf(more=b"musl libc (x86_64)\nVersion %s\n\x001.2.4\0fork\0"),
            "lib/apk/db/installed": "C:x\nP:musl\nV:1.1.0-r2\n\n",
        },
        "stack": {"platform": "linux", "arch": "x86_64", "musl": "1.2.4"},
        "sees": [("distro.unlisted", "alpine-3.18.4")],
    },
}
