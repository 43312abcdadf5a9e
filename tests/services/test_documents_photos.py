"""Photos lose their place and keep their picture: each is opened again by the libraries that people's programs use."""

from __future__ import annotations

import io
import struct
import zlib

import pillow_heif
import pytest
from PIL import Image

from grants.documents import heic, photos
from tests.files import a_photo
from workflows.errors import Refusal

pillow_heif.register_heif_opener()
CLEAN = {"JPEG": photos.without_place_jpeg, "PNG": photos.without_place_png, "HEIF": heic.without_place}
ORIENTATION, PLACE = 0x0112, 0x8825


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("form", CLEAN)
def test_the_place_is_there_before_and_not_after(form):
    photo = a_photo(form)
    assert opened(photo).getexif().get_ifd(PLACE)

    clean = CLEAN[form](photo)

    exif = opened(clean).getexif()
    assert not exif.get_ifd(PLACE)
    assert set(exif) <= {ORIENTATION}
    for secret in (b"Camera of somebody", b"2024:01:10", b"GPSLatitude"):
        assert secret in photo or form == "PNG"
        assert secret not in clean


@pytest.mark.parametrize("form", CLEAN)
def test_the_picture_is_the_same_to_the_last_point(form):
    photo = a_photo(form)
    assert opened(CLEAN[form](photo)).tobytes() == opened(photo).tobytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photo_stays_the_right_way_up(form, turned):
    clean = CLEAN[form](a_photo(form, turned=turned))
    assert opened(clean).getexif().get(ORIENTATION, 1) == turned


def test_a_heic_photo_stays_the_right_way_up():
    photo = a_photo("HEIF", turned=6, size=(64, 32))
    assert opened(photo).size == opened(heic.without_place(photo)).size


def test_a_photo_in_several_passes_is_read_to_its_end():
    buffer = io.BytesIO()
    Image.effect_noise((300, 200), 80).convert("RGB").save(buffer, "JPEG", progressive=True, quality=95, comment="Hall")
    photo = buffer.getvalue()
    assert photo.count(b"\xff\xda") > 1
    clean = photos.without_place_jpeg(photo)
    assert opened(clean).tobytes() == opened(photo).tobytes() and b"Hall" not in clean


def test_cleaning_twice_changes_nothing_more():
    for form, clean in CLEAN.items():
        once = clean(a_photo(form))
        assert clean(once) == once


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_what_follows_the_picture_is_cut_off(form):
    clean = CLEAN[form](a_photo(form) + b"PK\x03\x04 and a folder with the place in it: GPSLatitude")
    assert b"folder" not in clean


@pytest.mark.parametrize("form", CLEAN)
def test_a_photo_that_was_cut_off_is_refused_and_breaks_nothing(form):
    photo = a_photo(form)
    for end in [*range(12, 200), *range(200, len(photo), max(1, len(photo) // 60))]:
        found = CLEAN[form](photo[:end])
        assert isinstance(found, bytes | Refusal)
    assert isinstance(CLEAN[form](photo[: len(photo) // 2]), Refusal)


@pytest.mark.parametrize("form", CLEAN)
def test_a_photo_with_any_byte_wrong_breaks_nothing(form):
    photo = a_photo(form)
    for at in range(min(len(photo), 900)):
        broken = bytearray(photo)
        broken[at] ^= 0xFF
        assert isinstance(CLEAN[form](bytes(broken)), bytes | Refusal)


def test_a_picture_of_too_many_points_is_refused_before_anybody_draws_it():
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    png = b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    assert photos.without_place_png(png).code == "photo-too-many-points"

    jpeg = bytearray(a_photo("JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 60_000, 60_000)
    assert photos.without_place_jpeg(bytes(jpeg)).code == "photo-too-many-points"

    photo = bytearray(a_photo("HEIF"))
    at = photo.index(b"ispe")
    photo[at + 8 : at + 16] = struct.pack(">II", 60_000, 60_000)
    assert heic.without_place(bytes(photo)).code == "photo-too-many-points"


def test_a_film_beside_a_photo_is_refused():
    photo = a_photo("HEIF")
    assert heic.without_place(photo + struct.pack(">I4s", 8, b"moov")).code == "photo-place-stays"


def test_colours_are_kept():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, "JPEG", icc_profile=profile)
    assert opened(photos.without_place_jpeg(buffer.getvalue())).info["icc_profile"] == profile
