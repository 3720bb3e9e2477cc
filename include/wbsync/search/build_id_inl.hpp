// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/linkage.hpp>
#include <wbsync/search/build_id.hpp>

#include <fstream>
#include <iterator>

#include <fmt/core.h>

namespace wbsync::search::detail {

WBSYNC_INLINE object_search::object_search(const void* address)
    : address_(reinterpret_cast<std::uintptr_t>(address)) {
    ::dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* self) {
            return static_cast<object_search*>(self)->look_into(*object);
        },
        this);
}

WBSYNC_INLINE int object_search::look_into(const dl_phdr_info& object) {
    bool holds = false;
    for (int i = 0; i != object.dlpi_phnum; ++i) {
        const ElfW(Phdr)& part = object.dlpi_phdr[i];
        const std::uintptr_t begin = object.dlpi_addr + part.p_vaddr;
        holds = holds ||
                (part.p_type == PT_LOAD && address_ >= begin && address_ < begin + part.p_memsz);
    }
    if (!holds)
        return 0;
    found_ = {object.dlpi_addr, build_of(object)};
    return 1;
}

WBSYNC_INLINE std::string object_search::build_of(const dl_phdr_info& object) {
    for (int i = 0; i != object.dlpi_phnum; ++i) {
        const ElfW(Phdr)& part = object.dlpi_phdr[i];
        if (part.p_type != PT_NOTE)
            continue;
        const auto* notes =
            reinterpret_cast<const char*>(object.dlpi_addr + part.p_vaddr); // NOLINT: loaded
        if (std::string id = id_among(notes, part.p_memsz, part.p_align); !id.empty())
            return id;
    }
    return sum_of(*object.dlpi_name == '\0' ? "/proc/self/exe" : object.dlpi_name);
}

WBSYNC_INLINE std::string object_search::id_among(const char* notes, std::size_t size,
                                                  std::size_t alignment) {
    const std::size_t unit = alignment == 8 ? 8 : 4;
    const auto padded = [unit](std::size_t n) { return (n + unit - 1) / unit * unit; };
    std::size_t at = 0;
    while (at + sizeof(ElfW(Nhdr)) <= size) {
        ElfW(Nhdr) note;
        std::memcpy(&note, notes + at, sizeof note);
        const std::size_t name = at + sizeof note;
        const std::size_t content = name + padded(note.n_namesz);
        at = content + padded(note.n_descsz);
        if (at > size)
            break;
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
            std::memcmp(notes + name, "GNU", 4) != 0)
            continue;
        std::string id;
        for (std::size_t i = 0; i != note.n_descsz; ++i)
            id += fmt::format("{:02x}", static_cast<unsigned char>(notes[content + i]));
        return id;
    }
    return {};
}

WBSYNC_INLINE std::string object_search::sum_of(const char* file) {
    std::ifstream in(file, std::ios::binary);
    std::uint64_t sum = 0xcbf29ce484222325;
    for (std::istreambuf_iterator<char> at(in), end; at != end; ++at)
        sum = (sum ^ static_cast<unsigned char>(*at)) * 0x100000001b3;
    return fmt::format("sum-{:016x}", sum);
}

} // namespace wbsync::search::detail
