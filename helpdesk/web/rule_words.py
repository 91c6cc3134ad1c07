def workspace():
    return {}
