// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include <elf.h>
#include <link.h>

namespace wbsync::search {

/// The program or the shared library that contains an address.
struct loaded_object {
    std::uintptr_t base = 0;
    std::string build; ///< different for different contents
};

namespace detail {

class object_search {
public:
    explicit object_search(const void* address);

    [[nodiscard]] const std::optional<loaded_object>& found() const noexcept { return found_; }

private:
    int look_into(const dl_phdr_info& object);

    static std::string build_of(const dl_phdr_info& object);

    /// The linker's build id, in hexadecimal digits.
    static std::string id_among(const char* notes, std::size_t size, std::size_t alignment);

    /// For a program that was linked without a build id: FNV-1a of the file.
    static std::string sum_of(const char* file);

    std::uintptr_t address_;
    std::optional<loaded_object> found_;
};

} // namespace detail

inline loaded_object object_of(const void* address) {
    return detail::object_search(address).found().value_or(loaded_object{});
}

} // namespace wbsync::search

#ifndef WBSYNC_COMPILED
#include <wbsync/search/build_id_inl.hpp>
#endif
