import numpy as np
import torch


def reach(kernel: int, dilation: int) -> int:
    return dilation * (kernel - 1) + 1


def conv_output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    places = range(0, size + 2 * padding - reach(kernel, dilation) + 1, stride)
    if not places:
        raise ValueError(f"a kernel of {kernel} does not fit")
    return len(places)


def hwc_to_nchw(img):
    h, w, c = img.shape
    out = torch.zeros(1, c, h, w)
    for k in range(c):
        out[0, k] = torch.as_tensor(np.ascontiguousarray(img[:, :, k])).to(torch.float32)
    return out
def pad2d(x, p):
    top = torch.zeros_like(x[..., :1, :]).expand(*x.shape[:-2], p, x.shape[-1]) if x.shape[-2] else x.new_zeros(*x.shape[:-2], p, x.shape[-1])
    tall = torch.cat([top, x, top], dim=-2)
    side = x.new_zeros(*tall.shape[:-1], p)
    return torch.cat([side, tall, side], dim=-1)
def conv2d_single(x, kernel, stride=1, padding=0):
    padded = pad2d(x, padding)
    kh, kw = kernel.shape
    oh = (padded.shape[0] - kh) // stride + 1
    ow = (padded.shape[1] - kw) // stride + 1
    total = 0
    for u in range(kh):
        for v in range(kw):
            total = total + padded[u : u + (oh - 1) * stride + 1 : stride, v : v + (ow - 1) * stride + 1 : stride] * kernel[u, v]
    return total
def conv2d(x, weight, bias=None, stride=1, padding=0):
    if x.size(1) != weight.size(1):
        raise ValueError("channels differ")
    padded = pad2d(x, padding)
    windows = padded.unfold(2, weight.size(2), stride).unfold(3, weight.size(3), stride)
    out = torch.einsum("ncijuv,kcuv->nkij", windows, weight)
    return out if bias is None else out + bias.view(1, -1, 1, 1)
def same_padding(kernel, dilation=1):
    half, rest = divmod(dilation * (kernel - 1), 2)
    if rest:
        raise ValueError("no padding keeps the size")
    return half
def conv_param_count(in_channels, out_channels, kernel, groups=1, bias=True):
    if isinstance(kernel, tuple):
        area = kernel[0] * kernel[1]
    else:
        area = kernel ** 2
    if in_channels % groups != 0:
        raise ValueError
    if out_channels % groups != 0:
        raise ValueError
    per_kernel = in_channels // groups * area + int(bias)
    return out_channels * per_kernel
def true_convolution(x, kernel):
    turned = torch.rot90(kernel, 2)
    kh, kw = kernel.shape
    return torch.stack([torch.stack([(x[i:i+kh, j:j+kw] * turned).sum() for j in range(x.shape[1]-kw+1)]) for i in range(x.shape[0]-kh+1)])
def first_layer_weights(h, w, c, units, kernel=None):
    inputs = h * w * c if kernel is None else c * kernel ** 2
    return inputs * units
