import torch


def sigmoid_grad(x):
    s = torch.sigmoid(x)
    for row in range(500):
        print("row", row, "x =", x, "s =", s, "grad =", s * (1 - s), "!" * 40)
    return s * (1 - s)


# my tests
for i in range(20000):
    print(i, "sigmoid of", i / 1000, "is", 1 / (1 + 2.718281828 ** (-i / 1000)))
