"""Which device and number format ``auto`` means."""

import pytest
import torch

from ganctl.engine.hardware import devices
from ganctl.errors import UsageError
from ganctl.requests.training import Device, Precision


def test_auto_prefers_cuda_then_mps_then_cpu(monkeypatch):
    there = {"cuda": True, "mps": True}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there["cuda"])
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: there["mps"])
    assert devices.choose_device(Device.AUTO).type == "cuda"
    there["cuda"] = False
    assert devices.choose_device(Device.AUTO).type == "mps"
    there["mps"] = False
    assert devices.choose_device(Device.AUTO).type == "cpu"


def test_a_missing_device_lists_those_that_are_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(UsageError) as caught:
        devices.choose_device(Device.CUDA)
    assert "takes auto, cpu" in caught.value.hint


@pytest.mark.parametrize(("native", "chosen"), [(True, Precision.BF16), (False, Precision.FP32)])
def test_auto_precision_on_a_gpu_follows_the_hardware(monkeypatch, native, chosen):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native)
    assert devices.choose_precision(Precision.AUTO, torch.device("cuda")) is chosen
    assert devices.choose_precision(Precision.FP32, torch.device("cuda")) is Precision.FP32


def test_auto_precision_on_a_cpu_is_float32_and_can_be_changed():
    assert devices.choose_precision(Precision.AUTO, torch.device("cpu")) is Precision.FP32
    assert devices.choose_precision(Precision.BF16, torch.device("cpu")) is Precision.BF16


@pytest.mark.parametrize(
    ("precision", "dtype"), [(Precision.BF16, torch.bfloat16), (Precision.FP32, torch.float32)]
)
def test_autocast_computes_products_in_the_precision(precision, dtype):
    with devices.autocast(precision, torch.device("cpu"))():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is dtype
