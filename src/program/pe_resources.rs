//! The head of a program for Windows, and its section of resources -> the data that it carries under a name (the PE
//! format, as Microsoft describes it). Nothing is trusted: what does not fit is not there.

/// The resources of a program that starts with `head`: where they lie in the file, how long the section is from
/// there, and their address in memory (the PE format, "Optional Header Data Directories", "Section Table").
pub(super) fn locate_resources(head: &[u8]) -> Option<(u32, u32, u32)> {
    let pe = read_u32(head, 0x3c)? as usize;
    let optional = pe.checked_add(24)?;
    let directories = match read_u16(head, optional)? {
        0x20b => 112,
        _ => 96,
    };
    let address = read_u32(head, optional + directories + 16)?;
    let sections = optional + read_u16(head, pe + 20)?;
    let entries = head.get(sections..)?.chunks_exact(40);
    let mut found = entries.take(read_u16(head, pe + 6)?).filter_map(|entry| {
        let (size, raw) = (read_u32(entry, 16)?, read_u32(entry, 20)?);
        let before = address.checked_sub(read_u32(entry, 12)?)?;
        Some((raw.checked_add(before)?, size.checked_sub(before)?, address))
    });
    found.find(|_| address != 0)
}

/// The raw data that is called `wanted`, of the resources in `section`, which lies at `address` in memory (the PE
/// format, "The .rsrc Section").
pub(super) fn find_raw_data<'a>(section: &'a [u8], address: u32, wanted: &str) -> Option<&'a [u8]> {
    const RAW_DATA: u32 = 10;
    let kind = find_entry(section, 0, |id| id == RAW_DATA)?;
    let named = find_entry(section, kind, |id| {
        read_name(section, id).is_some_and(|name| name == wanted)
    })?;
    let data = find_entry(section, named, |_| true)?;
    let start = read_u32(section, data)?.checked_sub(address)? as usize;
    let length = read_u32(section, data + 4)? as usize;
    section.get(start..start.checked_add(length)?)
}

/// Set in a name that is given by an offset, and in an offset that leads to a directory.
pub(super) const HIGH_BIT: u32 = 1 << 31;

/// Where the first entry leads that `is` picks, of the directory at `at`.
fn find_entry(section: &[u8], at: usize, is: impl Fn(u32) -> bool) -> Option<usize> {
    let count = read_u16(section, at.checked_add(12)?)? + read_u16(section, at + 14)?;
    let entries = section.get(at + 16..)?.chunks_exact(8).take(count);
    let mut found = entries.filter(|entry| read_u32(entry, 0).is_some_and(&is));
    Some((read_u32(found.next()?, 4)? & !HIGH_BIT) as usize)
}

fn read_name(section: &[u8], id: u32) -> Option<String> {
    let at = (id & HIGH_BIT != 0).then_some((id & !HIGH_BIT) as usize)?;
    let start = at.checked_add(2)?;
    let text = section.get(start..start + 2 * read_u16(section, at)?)?;
    let units: Vec<u16> = text
        .chunks_exact(2)
        .map(|two| u16::from_le_bytes([two[0], two[1]]))
        .collect();
    String::from_utf16(&units).ok()
}

/// A number of four bytes.
pub(super) fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// A number of two bytes.
pub(super) fn read_u16(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?).into())
}
