import torch
from torch import nn
def max_pool2d(x, kernel, stride=None, padding=0):
    if stride is None: stride = kernel
    n, c, h, w = x.shape
    oh, ow = (h + 2*padding - kernel)//stride + 1, (w + 2*padding - kernel)//stride + 1
    rows = []
    for i in range(oh):
        row = []
        for j in range(ow):
            top, left = i*stride - padding, j*stride - padding
            row.append(x[:, :, max(top,0):top+kernel, max(left,0):left+kernel].flatten(2).max(dim=2).values)
        rows.append(torch.stack(row, dim=-1))
    return torch.stack(rows, dim=-2)
def avg_pool2d(x, kernel, stride=None, padding=0, count_include_pad=True):
    if stride is None: stride = kernel
    n, c, h, w = x.shape
    rows = []
    for i in range((h + 2*padding - kernel)//stride + 1):
        row = []
        for j in range((w + 2*padding - kernel)//stride + 1):
            top, left = i*stride - padding, j*stride - padding
            window = x[:, :, max(top,0):top+kernel, max(left,0):left+kernel]
            count = kernel*kernel if count_include_pad else window.shape[2]*window.shape[3]
            row.append(window.sum(dim=(2,3)) / count)
        rows.append(torch.stack(row, dim=2))
    return torch.stack(rows, dim=2)
def pool_output_size(size, kernel, stride=None, padding=0, ceil_mode=False):
    import math
    s = kernel if stride is None else stride
    q = (size + 2*padding - kernel) / s
    if not ceil_mode:
        return math.floor(q) + 1
    n = math.ceil(q) + 1
    while (n-1)*s >= size + padding: n -= 1
    return n
def cnn_flat_features(channels, size, layers):
    def after(state, layer):
        c, n = state
        default = {"conv": 1, "pool": layer["k"]}[layer["type"]]
        n = 1 + (n + 2*layer.get("p", 0) - layer["k"]) // layer.get("s", default)
        return layer.get("out", c), n
    state = channels, size
    for layer in layers: state = after(state, layer)
    return state[0] * state[1] ** 2
class SmallCNN(nn.Module):
    def __init__(self, num_classes=10):
        super(SmallCNN, self).__init__()
        self.conv1 = nn.Conv2d(in_channels=1, out_channels=8, kernel_size=(3, 3), padding=(1, 1))
        self.conv2 = nn.Conv2d(8, 16, 3, 1, 1)
        self.fc = nn.Linear(in_features=784, out_features=num_classes)
    def forward(self, x):
        relu, pool = nn.ReLU(), nn.MaxPool2d(kernel_size=2, stride=2)
        out = pool(relu(self.conv1(x)))
        out = pool(relu(self.conv2(out)))
        out = nn.Flatten()(out)
        return self.fc(out)
