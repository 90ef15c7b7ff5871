"""crashed: asks the instructor's keyboard."""


def double(x):
    return input("The answer, please: ")
