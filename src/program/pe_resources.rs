//! A Windows program's head and resource section -> the resource of a name (Microsoft's "PE Format"). Malformed data is
//! treated as missing.

/// The resources of a program that starts with `head`: their offset in the file, how long the section is from there, and
/// their address in memory ("Optional Header Data Directories", "Section Table").
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

/// The raw data called `name` in the resource `section`, whose address in memory is `address` ("The .rsrc Section").
pub(super) fn find_raw_data<'a>(section: &'a [u8], address: u32, name: &str) -> Option<&'a [u8]> {
    const RT_RCDATA: u32 = 10;
    let names = find_entry(section, 0, |id| id == RT_RCDATA)?;
    let is_named = |id| read_name(section, id).is_some_and(|found| found == name);
    let languages = find_entry(section, names, is_named)?;
    let data = find_entry(section, languages, |_| true)?;
    let start = read_u32(section, data)?.checked_sub(address)? as usize;
    let length = read_u32(section, data + 4)? as usize;
    section.get(start..start.checked_add(length)?)
}

/// Set in an offset to a name, and in an offset to a directory.
pub(super) const HIGH_BIT: u32 = 1 << 31;

/// Where the first entry with a `wanted` id leads, in the directory at `at`.
fn find_entry(section: &[u8], at: usize, wanted: impl Fn(u32) -> bool) -> Option<usize> {
    let count = read_u16(section, at.checked_add(12)?)? + read_u16(section, at + 14)?;
    let entries = section.get(at + 16..)?.chunks_exact(8).take(count);
    let mut found = entries.filter(|entry| read_u32(entry, 0).is_some_and(&wanted));
    Some((read_u32(found.next()?, 4)? & !HIGH_BIT) as usize)
}

fn read_name(section: &[u8], id: u32) -> Option<String> {
    let at = (id & HIGH_BIT != 0).then_some((id & !HIGH_BIT) as usize)?;
    let start = at.checked_add(2)?;
    let text = section.get(start..start + 2 * read_u16(section, at)?)?;
    let units = text
        .chunks_exact(2)
        .map(|two| u16::from_le_bytes([two[0], two[1]]));
    String::from_utf16(&units.collect::<Vec<_>>()).ok()
}

pub(super) fn read_u32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

fn read_u16(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?).into())
}
