use super::super::head::Width;
use super::*;

/// A description whose parts are spelled in different ways:
/// `{_ "S": {"At": 1(1700000000123), "Old": 1(1.5)}, (_ "D", "s"): [h'01', (_ h'02', h'03')], "F": 1.5_1}`.
fn bytes() -> Vec<u8> {
    let mut bytes = vec![0xbf, 0x61, b'S', 0xa2, 0x62, b'A', b't', 0xc1, 0x1b];
    bytes.extend(1_700_000_000_123_u64.to_be_bytes());
    bytes.extend([0x63, b'O', b'l', b'd', 0xc1, 0xfb]);
    bytes.extend(1.5_f64.to_be_bytes());
    bytes.extend([0x7f, 0x61, b'D', 0x61, b's', 0xff, 0x82, 0x41, 1, 0x5f, 0x41, 2, 0x58, 1, 3, 0xff]);
    bytes.extend([0x61, b'F', 0xf9, 0x3e, 0x00, 0xff]);
    bytes
}

#[test]
fn a_time_is_reported_with_its_tag_and_width() {
    let bytes = bytes();
    let items = outline(&bytes).unwrap();
    let at = item_at(&items, "S.At").unwrap();
    assert_eq!(at.tag, Some(1));
    assert_eq!(at.offset, 8);
    assert_eq!(at.head.major, Major::Unsigned);
    assert_eq!(at.head.argument, Argument::Definite { value: 1_700_000_000_123, width: Width::Eight });
    let tag = &items[at.parent.unwrap()];
    assert_eq!((tag.head.major, tag.offset, tag.argument()), (Major::Tag, 7, Some(1)));
}

#[test]
fn floats_are_reported_with_their_width() {
    let bytes = bytes();
    let items = outline(&bytes).unwrap();
    let old = item_at(&items, "S.Old").unwrap();
    assert_eq!((old.tag, old.head.float()), (Some(1), Some((1.5, Width::Eight))));
    let half = item_at(&items, "F").unwrap();
    assert_eq!((half.tag, half.head.float()), (None, Some((1.5, Width::Two))));
    assert_eq!(item_at(&items, "S").unwrap().head.float(), None);
}

#[test]
fn definite_and_indefinite_lengths_are_distinguished() {
    let bytes = bytes();
    let items = outline(&bytes).unwrap();
    assert_eq!(item_at(&items, "").unwrap().head, Head { major: Major::Map, argument: Argument::Indefinite });
    assert_eq!(item_at(&items, "S").unwrap().argument(), Some(2));
    assert_eq!(item_at(&items, "Ds.0").unwrap().payload, [1]);
    let chunked = item_at(&items, "Ds.1").unwrap();
    assert_eq!((chunked.head.major, chunked.argument()), (Major::Bytes, None));
}

#[test]
fn chunks_are_items_of_their_string() {
    let bytes = bytes();
    let items = outline(&bytes).unwrap();
    let chunks: Vec<_> = items
        .iter()
        .filter(|item| item.head.major == Major::Bytes && matches!(item.place, Place::Chunk(_)))
        .map(|item| (item.place, item.payload, item.head.argument))
        .collect();
    assert_eq!(
        chunks,
        [
            (Place::Chunk(0), &[2][..], Argument::Definite { value: 1, width: Width::Immediate }),
            (Place::Chunk(1), &[3][..], Argument::Definite { value: 1, width: Width::One }),
        ]
    );
}

#[test]
fn every_item_has_a_path() {
    let bytes = bytes();
    let items = outline(&bytes).unwrap();
    let values: Vec<_> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| matches!(item.place, Place::Value(_) | Place::Element(_)))
        .map(|(index, _)| path(&items, index))
        .collect();
    assert_eq!(values, ["S", "S.At", "S.Old", "Ds", "Ds.0", "Ds.1", "F"]);
    assert_eq!(item_at(&items, "Ds.2"), None);
    assert_eq!(item_at(&items, "D"), None);
}

#[test]
fn of_entries_with_the_same_key_the_last_one_is_found() {
    let items = outline(&[0xa2, 0x61, b'a', 1, 0x61, b'a', 2]).unwrap();
    assert_eq!(item_at(&items, "a").unwrap().argument(), Some(2));
}

#[test]
fn what_stands_in_a_key_has_no_path_of_its_own() {
    // {[7]: 1}: the path of the key's element would be `0`.
    let items = outline(&[0xa1, 0x81, 7, 1]).unwrap();
    assert_eq!(item_at(&items, "0"), None);
    assert_eq!(item_at(&items, "?").unwrap().argument(), Some(1));
}
