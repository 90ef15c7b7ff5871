"""Convolution: one small kernel slides over the whole image. 卷积：一个小卷积核滑过整幅图像。"""


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
    raise NotImplementedError("conv_output_size is yours to write")
