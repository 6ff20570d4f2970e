//! A Windows program -> a resource of it, read or replaced (Microsoft's "PE Format"). Malformed data is treated as missing.

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
    let entry = find_data_entry(section, name)?;
    let start = read_u32(section, entry)?.checked_sub(address)? as usize;
    let length = read_u32(section, entry + 4)? as usize;
    section.get(start..start.checked_add(length)?)
}

/// The offset of the entry with the address and the length of the raw data called `name`.
fn find_data_entry(section: &[u8], name: &str) -> Option<usize> {
    const RT_RCDATA: u32 = 10;
    let names = find_entry(section, 0, |id| id == RT_RCDATA)?;
    let is_named = |id| read_name(section, id).is_some_and(|found| found == name);
    let languages = find_entry(section, names, is_named)?;
    find_entry(section, languages, |_| true)
}

/// `program` with `data` for its raw data called `name`: in the same place if it fits there, else at the end of the
/// resource section, which grows. None if there is no such data, or a section behind it is in the way.
pub(super) fn replace_raw_data(program: &[u8], name: &str, data: &[u8]) -> Option<Vec<u8>> {
    let mut program = program.to_vec();
    let headers = Headers::locate(&program)?;
    let field = |program: &[u8], at| Some(read_u32(program, at)? as usize);
    let [size, address, raw_size, raw] =
        [8, 12, 16, 20].map(|at| field(&program, headers.resources + at));
    let (size, address, raw_size, raw) = (size?, address?, raw_size?, raw?);
    let section = program.get(raw..raw.checked_add(raw_size)?)?;
    let entry = find_data_entry(section, name)?;
    let start = field(section, entry)?.checked_sub(address)?;
    let length = field(section, entry + 4)?;
    let old_end = start.checked_add(length)?;
    section.get(start..old_end)?;
    let start = match data.len() <= length || old_end == size {
        true => start,
        false => size.checked_next_multiple_of(8)?,
    };
    let new_size = size.max(start.checked_add(data.len())?);
    if new_size > raw_size {
        headers.grow(&mut program, new_size)?;
    }
    put_u32(&mut program, headers.resources + 8, new_size)?;
    put_u32(&mut program, headers.directories + 20, new_size)?;
    put_u32(&mut program, raw + entry, address + start)?;
    put_u32(&mut program, raw + entry + 4, data.len())?;
    program
        .get_mut(raw + start..raw + start + data.len())?
        .copy_from_slice(data);
    Some(program)
}

/// Where a program's headers are in its file.
struct Headers {
    /// Of the fields for Windows ("Optional Header").
    optional: usize,
    /// Of the directories' addresses and sizes.
    directories: usize,
    /// Of each section's header.
    sections: Vec<usize>,
    /// Of the header of the section that starts with the resources.
    resources: usize,
}

impl Headers {
    fn locate(program: &[u8]) -> Option<Headers> {
        let pe = read_u32(program, 0x3c)? as usize;
        let optional = pe.checked_add(24)?;
        let directories = optional
            + match read_u16(program, optional)? {
                0x20b => 112,
                _ => 96,
            };
        let first = optional + read_u16(program, pe + 20)?;
        let count = read_u16(program, pe + 6)?;
        let sections: Vec<_> = (0..count).map(|index| first + 40 * index).collect();
        let address = read_u32(program, directories + 16)?;
        let mut starts = sections.iter().copied();
        let resources = starts.find(|at| read_u32(program, at + 12) == Some(address))?;
        Some(Headers {
            optional,
            directories,
            sections,
            resources,
        })
    }

    /// Makes room for `size` bytes in the resource section. Only the section of relocations can move in memory for that:
    /// nothing but its own directory has its address.
    fn grow(&self, program: &mut Vec<u8>, size: usize) -> Option<()> {
        let field = |program: &[u8], at| Some(read_u32(program, at)? as usize);
        let [section_alignment, file_alignment] =
            [32, 36].map(|at| field(program, self.optional + at));
        let (section_alignment, file_alignment) = (section_alignment?, file_alignment?);
        if section_alignment == 0 || file_alignment == 0 || size > MAX_SECTION_SIZE {
            return None;
        }
        let (address, raw_size) = (
            field(program, self.resources + 12)?,
            field(program, self.resources + 16)?,
        );
        let raw_end = field(program, self.resources + 20)?.checked_add(raw_size)?;
        let end = (address + size).checked_next_multiple_of(section_alignment)?;
        let raw_growth = size.checked_next_multiple_of(file_alignment)? - raw_size;
        let relocations = field(program, self.directories + 40)?;
        let mut image_end = end;
        for section in &self.sections {
            let (size, start) = (field(program, section + 8)?, field(program, section + 12)?);
            let raw = field(program, section + 20)?;
            if raw >= raw_end {
                put_u32(program, section + 20, raw + raw_growth)?;
            }
            if start <= address {
                continue;
            }
            let start = match start < end {
                false => start,
                true if start == relocations => {
                    put_u32(program, section + 12, end)?;
                    put_u32(program, self.directories + 40, end)?;
                    end
                }
                true => return None,
            };
            image_end = image_end.max((start + size).checked_next_multiple_of(section_alignment)?);
        }
        put_u32(program, self.resources + 16, raw_size + raw_growth)?;
        put_u32(program, self.optional + 56, image_end)?;
        program.get(raw_end..)?;
        program.splice(raw_end..raw_end, std::iter::repeat_n(0, raw_growth));
        Some(())
    }
}

/// More than the resources of any launcher.
const MAX_SECTION_SIZE: usize = 1 << 24;

fn put_u32(bytes: &mut [u8], at: usize, value: usize) -> Option<()> {
    let value = u32::try_from(value).ok()?.to_le_bytes();
    bytes
        .get_mut(at..at.checked_add(4)?)?
        .copy_from_slice(&value);
    Some(())
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
