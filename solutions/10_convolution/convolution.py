"""Convolution: one small kernel slides over the whole image. 卷积：一个小卷积核滑过整幅图像。"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


def conv_output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Size of a convolution's output along one axis: the number of positions of the kernel.

    The kernel starts at the left end of the padded input and moves by `stride` as long as it fits. The distance from
    one of its taps to the next is `dilation`, so k taps span dilation * (k - 1) + 1 cells. Height and width are
    computed separately, with the same formula:

        output = floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1

    size, kernel, stride, dilation: ints, at least 1.  padding: int, at least 0: the number of cells added on
    *each* of the two sides.
    Returns an int, at least 1.  Raises ValueError if the kernel spans more cells than the padded input has.
    Not allowed: torch. This exercise counts positions; it does not need a convolution.

    The notes write (H - F + 2P) / S + 1. This is the case without dilation. If the division leaves a remainder, round
    down: the kernel does not reach the cells that are left over.

    >>> conv_output_size(5, 3, stride=1, padding=1)
    5
    >>> conv_output_size(224, 7, stride=2, padding=3)
    112

    中文：求卷积在一个方向上的输出尺寸，也就是卷积核能放的位置数。笔记的公式 (H - F + 2P)/S + 1 没有考虑空洞率：
    空洞率为 d 时，k 个点跨越 d·(k - 1) + 1 格；除不尽时向下取整，末尾剩下的几格卷积核到不了。
    padding 两边都加，所以是 2P。
    返回 int；卷积核的跨度大于填充后的输入时，抛出 ValueError。不允许使用 torch：只需计算位置数，不必真做卷积。
    """
    ### BEGIN SOLUTION
    span = dilation * (kernel - 1) + 1
    room = size + 2 * padding - span
    if room < 0:
        raise ValueError("the kernel does not fit into the padded input")
    return room // stride + 1
    ### END SOLUTION


def hwc_to_nchw(img: np.ndarray) -> Tensor:
    """Turn a picture into a batch of one image, as nn.Conv2d takes it.

    Pictures come as (H, W, C): rows, columns, and for each pixel its colours. nn.Conv2d takes (N, C, H, W): one
    whole plane for each colour, and a first axis that counts the images. The numbers stay as they are, 0 to 255.

        out[0, c, h, w] = img[h, w, c]

    img: a numpy array (H, W, C), uint8; C may be 1, 3, 4 or more. It may be a view, such as a picture turned upside
        down: img[::-1]. Do not change it.
    Returns a tensor (1, C, H, W), float32: nn.Conv2d does not take uint8.

    >>> img = np.array([[[1, 2, 3], [4, 5, 6]]], dtype=np.uint8)       # one row of two pixels: red, green, blue
    >>> hwc_to_nchw(img)
    tensor([[[[1., 4.]],
    <BLANKLINE>
             [[2., 5.]],
    <BLANKLINE>
             [[3., 6.]]]])

    Two traps: reshape keeps the order of the numbers and mixes the colours, so move the axes. And torch.from_numpy
    refuses a picture that is turned upside down.

    中文：把一张图片变成 nn.Conv2d 需要的批次。图片的布局是 (H, W, C)：行、列、每个像素的颜色；nn.Conv2d 需要 (N, C, H, W)：
    每种颜色一个平面，最前面再加一维表示第几张图。数值不变，仍是 0 到 255，但 dtype 要转成 float32（nn.Conv2d 不接受 uint8）。
    C 可以是 1、3、4 等。注意：reshape 不会移动维度，只会把颜色打乱，应当用 permute 或 transpose；img 可能是视图，
    例如上下翻转的 img[::-1]，torch.from_numpy 不接受负步长。不要修改 img。
    """
    ### BEGIN SOLUTION
    pixels = torch.from_numpy(img.astype(np.float32))
    return pixels.permute(2, 0, 1).unsqueeze(0)
    ### END SOLUTION


def pad2d(x: Tensor, p: int) -> Tensor:
    """Put a border of zeros around images, p cells wide.

    A kernel of 3 has no position around the outermost pixels, so the output shrinks, and the border of the image
    counts less than its middle. With a border of zeros the kernel reaches every pixel.

        out[..., i + p, j + p] = x[..., i, j], and 0 everywhere else

    x: (..., H, W), any dtype, also integers; there may be any number of leading axes. Do not change it.
    p: int, at least 0.
    Returns (..., H + 2p, W + 2p), with the dtype of x. Autograd must reach x if x is floating point.
    Not allowed: torch's own padding (F.pad, nn.ZeroPad2d and the other padding layers).

    >>> pad2d(torch.tensor([[1, 2], [3, 4]]), 1)
    tensor([[0, 0, 0, 0],
            [0, 1, 2, 0],
            [0, 3, 4, 0],
            [0, 0, 0, 0]])

    中文：在图像四周加一圈宽为 p 的 0。大小为 3 的卷积核无法以最外一圈像素为中心，所以输出会变小，边缘的像素也算得少；
    加一圈 0 之后，每个像素都能照顾到。四条边都要加，所以高和宽各增加 2p。前面可以有任意多维，例如批次和通道；
    dtype 与 x 相同（整数也不例外）。梯度要能传回 x，不要修改 x。
    不允许使用 torch 自带的填充（F.pad、nn.ZeroPad2d 等）。
    """
    ### BEGIN SOLUTION
    height, width = x.shape[-2:]
    padded = x.new_zeros(*x.shape[:-2], height + 2 * p, width + 2 * p)
    padded[..., p : p + height, p : p + width] = x
    return padded
    ### END SOLUTION


def conv2d_single(x: Tensor, kernel: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
    """Slide one kernel over one image: the heart of a convolutional layer.

    At each position the kernel covers a window of the image. The output there is the sum of the products: a large
    number where the window looks like the kernel. Mathematicians flip the kernel first; networks do not, and call it
    a convolution all the same.

        out[i, j] = sum over u, v of  padded[i * stride + u, j * stride + v] * kernel[u, v]

    x: (H, W).  kernel: (kh, kw), not larger than the padded image. Both float32, or both float64; neither need be
        square, or contiguous in memory. Change neither of them.
    stride: int, at least 1.  padding: int, at least 0: the width of the border of zeros. You may call pad2d.
    Returns (OH, OW), where OH and OW are the numbers of positions, as in conv_output_size. Autograd must reach x and
    kernel.
    Not allowed: torch's own convolutions (F.conv2d, nn.Conv2d and the like), F.unfold, nn.Unfold.

    >>> x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    >>> kernel = torch.tensor([[1.0, 0.0], [0.0, -1.0]])
    >>> conv2d_single(x, kernel)
    tensor([[-4., -4.],
            [-4., -4.]])

    The first number: the window is 1 2 / 4 5, so 1 * 1 + 2 * 0 + 4 * 0 + 5 * (-1) = -4.

    中文：让一个卷积核在一幅单通道图像上滑动，这是卷积层的核心。卷积核每到一个位置，就与它盖住的窗口逐项相乘再求和：
    窗口与卷积核越像，结果越大。数学上的卷积要先把核翻转 180 度，深度学习里不翻转，但习惯上仍叫卷积。
    步长既决定输出的大小，也决定每个窗口的位置。图像和卷积核都不一定是正方形，内存也不一定连续；梯度要能传回 x 和 kernel，
    不要修改它们。可以调用 pad2d。不允许使用 torch 自带的卷积（F.conv2d、nn.Conv2d 等）以及 F.unfold、nn.Unfold。
    """
    ### BEGIN SOLUTION
    padded = pad2d(x, padding)
    kernel_height, kernel_width = kernel.shape
    rows = []
    for top in range(0, padded.shape[0] - kernel_height + 1, stride):
        row = []
        for left in range(0, padded.shape[1] - kernel_width + 1, stride):
            window = padded[top : top + kernel_height, left : left + kernel_width]
            row.append((window * kernel).sum())
        rows.append(torch.stack(row))
    return torch.stack(rows)
    ### END SOLUTION


def conv2d(x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0) -> Tensor:
    """Compute a whole convolutional layer: many images, many channels, many kernels.

    A kernel of a layer is as deep as its input: it has one slice for each input channel. The results of the slices
    are added, so each kernel makes one output channel, whatever the number of input channels.

        out[n, k] = bias[k] + sum over c of conv2d_single(x[n, c], weight[k, c], stride, padding)

    x: (N, C, H, W); N may be 0.  weight: (K, C, kh, kw), K kernels.  bias: (K,), or None.
    All float32, or all float64; they need not be contiguous in memory. Change none of them.
    stride: int, at least 1.  padding: int, at least 0.
    Returns (N, K, OH, OW). Autograd must reach x, weight and bias.
    Raises ValueError if x and weight have different numbers of channels.
    Not allowed: torch's own convolutions (F.conv2d, nn.Conv2d and the like). F.unfold is allowed.

    >>> x = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])          # one image, two channels, one row of two pixels
    >>> weight = torch.tensor([[[[1.0]], [[10.0]]], [[[2.0]], [[0.0]]]])        # two kernels of 1 x 1
    >>> conv2d(x, weight, bias=torch.tensor([0.0, 0.5]))
    tensor([[[[31.0000, 42.0000]],
    <BLANKLINE>
             [[ 2.5000,  4.5000]]]])

    Calling conv2d_single for each image, kernel and channel is right and slow. A loop over the kh * kw places inside
    the kernel is fast: each place multiplies a shifted image.

    中文：完整的卷积层：多幅图像、多个输入通道、多个卷积核。每个卷积核的深度等于输入通道数，每个通道一层；各层的结果相加，
    所以不论输入有多少通道，一个卷积核只产生一个输出通道，K 个卷积核产生 K 个输出通道，每个有自己的偏置（bias 也可以是 None）。
    x 与 weight 的通道数不同时，抛出 ValueError。逐一调用 conv2d_single 是对的，但很慢；对卷积核内的 kh·kw 个位置循环，
    每次用错开的整幅图像相乘，就快得多。梯度要能传回 x、weight 和 bias，不要修改它们。
    不允许使用 torch 自带的卷积（F.conv2d、nn.Conv2d 等），可以用 F.unfold。
    """
    ### BEGIN SOLUTION
    if x.shape[1] != weight.shape[1]:
        raise ValueError("x and weight have different numbers of channels")
    padded = pad2d(x, padding)
    kernel_height, kernel_width = weight.shape[2:]
    height = conv_output_size(padded.shape[2], kernel_height, stride)
    width = conv_output_size(padded.shape[3], kernel_width, stride)
    out = x.new_zeros(len(x), len(weight), height, width)
    for u in range(kernel_height):
        for v in range(kernel_width):
            shifted = padded[:, :, u : u + stride * height : stride, v : v + stride * width : stride]
            out = out + torch.einsum("nchw,kc->nkhw", shifted, weight[:, :, u, v])
    if bias is not None:
        out = out + bias.reshape(-1, 1, 1)
    return out
    ### END SOLUTION


def same_padding(kernel: int, dilation: int = 1) -> int:
    """Find the padding that keeps the size of an image, at stride 1.

    With this padding, layers can follow each other without the image getting smaller. It is what
    nn.Conv2d(…, padding="same") adds on each side.

        padding = dilation * (kernel - 1) / 2

    kernel, dilation: ints, at least 1.
    Returns an int, the number of cells on each of the two sides.
    Raises ValueError if dilation * (kernel - 1) is odd: then one side would need one cell more than the other.

    >>> same_padding(3)
    1
    >>> same_padding(3, dilation=2)
    2

    A kernel of 2 with dilation 2 spans three cells, so it is allowed, and needs a padding of 1.

    中文：步长为 1 时，怎样填充才能让输出与输入一样大？这样一层接一层，图像也不会变小；nn.Conv2d(…, padding="same") 每一边加的就是它。
    返回每一边填充的格数，类型是 int。dilation·(kernel - 1) 为奇数时，两边无法平分，抛出 ValueError。
    注意：大小为 2、空洞率为 2 的卷积核跨越 3 格，是允许的。
    """
    ### BEGIN SOLUTION
    total = dilation * (kernel - 1)
    if total % 2 == 1:
        raise ValueError(f"{total} cells cannot be shared evenly between the two sides")
    return total // 2
    ### END SOLUTION


def conv_param_count(
    in_channels: int, out_channels: int, kernel: int | tuple[int, int], groups: int = 1, bias: bool = True
) -> int:
    """Count the parameters of a convolutional layer. They do not depend on the size of the image.

    Each kernel has kh * kw weights for each channel that it sees, and one bias. With groups, the input channels are
    shared out, and a kernel sees only those of its group.

        count = out_channels * (in_channels / groups) * kh * kw     + out_channels, if there is a bias

    in_channels, out_channels, groups: ints, at least 1.  kernel: an int for a square one, or (kh, kw).
    bias: whether the layer has biases.
    Returns an int.
    Raises ValueError if in_channels or out_channels cannot be divided by groups.
    Not allowed: torch. This exercise counts; it does not need a layer.

    >>> conv_param_count(3, 16, 3)
    448
    >>> conv_param_count(16, 16, 3, groups=16)
    160

    中文：求卷积层的参数个数，它与图像大小无关。每个卷积核对它看到的每个通道有 kh·kw 个权重，另有一个偏置。
    分组时，输入通道平均分给各组，每个卷积核只看本组的 in_channels / groups 个通道。kernel 可以是 int（正方形）或 (kh, kw)。
    返回 int；in_channels 或 out_channels 不能被 groups 整除时，抛出 ValueError。不允许使用 torch：只需计数，不必建立层。
    """
    ### BEGIN SOLUTION
    if in_channels % groups or out_channels % groups:
        raise ValueError(f"{in_channels} and {out_channels} channels do not make {groups} equal groups")
    kernel_height, kernel_width = (kernel, kernel) if isinstance(kernel, int) else kernel
    weights = out_channels * (in_channels // groups) * kernel_height * kernel_width
    return weights + (out_channels if bias else 0)
    ### END SOLUTION


def true_convolution(x: Tensor, kernel: Tensor) -> Tensor:
    """Compute what mathematicians call a convolution, with the function that torch calls so.

    F.conv2d computes the cross-correlation: it lays the kernel on the image as it is. A convolution turns it by
    180 degrees first. For a network the difference is only a name, since the weights are learned. It matters for
    kernels that somebody wrote down, from a book on image processing, for example.

        out[i, j] = sum over u, v of  x[i + u, j + v] * kernel[kh - 1 - u, kw - 1 - v]

    x: (H, W).  kernel: (kh, kw), not larger than x. Both float32, or both float64. Change neither of them.
    Returns (H - kh + 1, W - kw + 1), with the dtype of x. Autograd must reach x and kernel.
    F.conv2d is allowed here. It takes axes for the batch and the channels.

    >>> x = torch.tensor([[0.0, 1.0], [2.0, 3.0]])
    >>> true_convolution(x, torch.tensor([[1.0, 2.0], [3.0, 5.0]]))
    tensor([[10.]])

    The kernel, turned, is 5 3 / 2 1, so 0 * 5 + 1 * 3 + 2 * 2 + 3 * 1 = 10. F.conv2d alone gives 0 + 2 + 6 + 15 = 23.

    中文：用 torch 所说的“卷积”（F.conv2d）算出数学意义上的卷积。F.conv2d 算的其实是互相关：卷积核原样放上去；数学上的卷积
    要先把核旋转 180 度，也就是上下、左右都翻转。对网络来说只是叫法不同，因为权重是学出来的；但如果卷积核是别人写好的，
    例如出自图像处理的教材，就不能弄错。转置不是旋转。可以使用 F.conv2d，注意它需要批次和通道两维。
    梯度要能传回 x 和 kernel，不要修改它们。
    """
    ### BEGIN SOLUTION
    turned = kernel.flip(0, 1)
    return F.conv2d(x[None, None], turned[None, None])[0, 0]
    ### END SOLUTION


def first_layer_weights(h: int, w: int, c: int, units: int, kernel: int | None = None) -> int:
    """Compare the first layers of two networks for images: how many weights, without the biases?

    In a fully connected layer each unit has a weight for every number of the image. A convolution uses the same small
    kernel everywhere, so the size of the image does not matter. This is the notes' reason for convolutions.

        fully connected (kernel is None): h * w * c * units            convolution: c * kernel * kernel * units

    h, w, c: height, width and channels of the image.  units: the number of outputs of the fully connected layer, or
        the number of kernels.  kernel: the side of a square kernel, or None.  All ints, at least 1.
    Returns an int.

    >>> first_layer_weights(1000, 1000, 3, units=1)
    3000000
    >>> first_layer_weights(1000, 1000, 3, units=16, kernel=3)
    432

    The notes call the first number "the parameters". It is the number for a single unit; 100 units need 300 million.

    中文：比较两种网络的第一层各有多少权重（不算偏置）。全连接层（kernel 为 None）的每个单元对图像的每个数都有一个权重；
    卷积层在所有位置共用同一个小卷积核，所以与图像大小无关。这正是笔记引入卷积的理由。
    笔记把 1000×1000×3=3,000,000 叫作参数量，其实那只是一个单元的权重数，100 个单元就有 3 亿个。返回 int。
    """
    ### BEGIN SOLUTION
    if kernel is None:
        return h * w * c * units
    return c * kernel * kernel * units
    ### END SOLUTION
