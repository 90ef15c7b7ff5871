"""crashed|failed: is a class whose every attribute, length and item is a lie or a trap."""


class double:
    def __init__(self, x):
        self.x = x

    def __getattribute__(self, name):
        raise SystemExit(name)

    def __len__(self):
        return 1 << 62

    def __iter__(self):
        while True:
            yield self
