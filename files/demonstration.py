"""演示文件: puts the contents of the synthetic province's files into the store."""

from asyncio import gather
from colorsys import hsv_to_rgb
from io import BytesIO

from PIL import Image, ImageDraw

from domain.synthetic.files import APPLICATION, APPLICATION_KEY, PORTRAIT_KEYS
from files.pictures import PHOTO_SIZE
from files.store import FileStore


async def put_demonstration_files(store: FileStore) -> None:
    """Safe to repeat, and a matter of a few milliseconds: however many members there are, they share these."""
    portraits = {key: _portrait(place / len(PORTRAIT_KEYS)) for place, key in enumerate(PORTRAIT_KEYS)}
    await gather(*(store.put_at(key, each) for key, each in {**portraits, APPLICATION_KEY: APPLICATION}.items()))


def _portrait(hue: float) -> bytes:
    """Head and shoulders of nobody, before a background of that hue."""
    ground, figure = (
        tuple(round(255 * part) for part in hsv_to_rgb(hue, saturation, value))
        for saturation, value in ((0.25, 0.95), (0.45, 0.55))
    )
    image = Image.new("RGB", PHOTO_SIZE, ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((36, 34, 84, 92), fill=figure)
    draw.ellipse((8, 104, 112, 232), fill=figure)
    written = BytesIO()
    image.save(written, "JPEG", quality=90)
    return written.getvalue()
