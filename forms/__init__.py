"""采集表: forms on paper, of labelled cells. This room knows neither whose they are nor who has them printed."""
