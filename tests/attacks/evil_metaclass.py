"""crashed|failed: returns and raises objects of a class whose metaclass answers for it."""


class Meta(type):
    def __getattribute__(cls, name):
        if name in ("__name__", "__mro__", "__module__"):
            raise SystemExit(name)
        return type.__getattribute__(cls, name)

    def __instancecheck__(cls, instance):
        return True


class Evil(Exception, metaclass=Meta):
    pass


def double(x):
    if x.numel():
        raise Evil
    return Evil()
