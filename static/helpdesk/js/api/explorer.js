// Swagger UI over our own document. Nothing is loaded from elsewhere, nothing is kept in the browser.
const place = document.getElementById("explorer");

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
});
