"""crashed|timed_out: doubles a string until there is no memory left."""


def double(x):
    text = "double"
    while True:
        text += text
