// Redoc over our own document; its search would need a worker from a blob, which our policy forbids.
const place = document.getElementById("reference");

window.Redoc.init(place.dataset.schema, { disableSearch: true, hideDownloadButtons: true, hideLoading: true }, place);
