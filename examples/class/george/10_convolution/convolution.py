"""Convolution: one small kernel slides over the whole image. 卷积：一个小卷积核滑过整幅图像。"""


def conv_output_size(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Size of a convolution's output along one axis: how many places the kernel can stand in.

    The kernel starts at the left end of the padded input and moves by `stride` while it still fits. With dilation
    its taps stand `dilation` apart, so that k taps span dilation * (k - 1) + 1 cells. Height and width are counted
    separately, with the same formula:

        output = floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1

    size, kernel, stride, dilation: ints from 1 on; padding: int from 0 on, cells added on *each* of the two sides.
    Returns an int, at least 1.  Raises ValueError where the kernel spans more than the padded input.
    Not allowed: torch. Count; don't convolve.

    The notes write (H - F + 2P) / S + 1. That is the case without dilation, and where the division leaves a
    remainder it is rounded down: the cells that are left over are not visited.

    >>> conv_output_size(5, 3, stride=1, padding=1)
    5
    >>> conv_output_size(224, 7, stride=2, padding=3)
    112

    中文：求卷积在一个方向上的输出尺寸，也就是卷积核能停留的位置数。笔记的公式 (H - F + 2P)/S + 1 没有考虑空洞率：
    空洞率为 d 时，k 个点跨越 d·(k - 1) + 1 格；除不尽时向下取整，剩下的几格不再访问。padding 两边都加，所以是 2P。
    返回 int；卷积核跨度大于填充后的输入时抛出 ValueError。不允许使用 torch：只需计数，不必真做卷积。
    """
    raise NotImplementedError("conv_output_size is yours to write")
