"""图表: pictures of numbers. This room knows neither what is counted nor who asks for it."""
