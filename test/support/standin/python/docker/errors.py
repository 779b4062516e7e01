"""The exceptions of docker-py that the stand-in names."""


class DockerException(Exception):
    pass


class APIError(DockerException):
    pass


class NotFound(APIError):
    pass


class ImageNotFound(NotFound):
    pass


class ContainerError(DockerException):
    pass
