"""Roots in the second place: once, after their commit, with their leaves, locked where there is a lock."""

import secrets

import pytest
from minio.error import S3Error

from dossiers import processing
from portal.core import anchors


def keys(world, bucket):
    return [one.key for one in world.storage.listing(anchors.PREFIX, bucket=bucket)]


def test_a_root_signed_before_a_crash_is_published_by_the_next_round(world):
    """The commit came first; what the crash left undone is done before the next root is signed."""
    bucket = "crash-" + secrets.token_hex(4)
    world.storage.ensure_bucket(bucket)
    world.act(processing.receive, world.ids["filed"])
    with world.worker() as session:
        made = anchors.anchor_once(session, world.settings.anchor_key.get_secret_value())
        session.commit()

    with world.worker() as session:
        first = anchors.publish(session, world.storage, bucket)
        again = anchors.publish(session, world.storage, bucket)

    assert (first, again) == (True, False)
    assert keys(world, bucket) == [anchors.place(made), anchors.place(made, "leaves")]
    kept = world.storage.get_bytes(anchors.place(made, "leaves"), bucket=bucket)
    assert len(kept) == anchors.LEAF_BYTES * made.count


def test_a_published_root_resists_removal_where_the_bucket_has_a_lock(world):
    bucket = "locked-" + secrets.token_hex(4)
    world.storage.ensure_bucket(bucket, object_lock=True)
    with world.worker() as session:
        anchors.publish(session, world.storage, bucket)
    client = world.storage._store

    for key in keys(world, bucket):
        version = client.stat_object(bucket_name=bucket, object_name=key).version_id
        with pytest.raises(S3Error):
            client.remove_object(bucket_name=bucket, object_name=key, version_id=version)

    assert len(keys(world, bucket)) == 2


def test_a_path_leads_from_any_leaf_to_the_root():
    for count in (1, 2, 3, 7, 8, 13):
        leaves = [bytes([n]) * anchors.LEAF_BYTES for n in range(count)]
        tree = anchors.Tree()
        for leaf in leaves:
            tree.add(leaf)
        for index, leaf in enumerate(leaves):
            node = anchors.hashlib.sha256(b"\0" + leaf).digest()
            for step in anchors.path(leaves, index):
                beside = bytes.fromhex(step[1:])
                pair = beside + node if step[0] == "L" else node + beside
                node = anchors.hashlib.sha256(b"\1" + pair).digest()
            assert node == tree.root(), (count, index)
