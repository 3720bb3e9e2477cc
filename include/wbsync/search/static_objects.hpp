// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cxxabi.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>

namespace wbsync::search {

namespace detail {

/// A file that is searched.
class mapped_file {
public:
    explicit mapped_file(const char* path) {
        std::FILE* const file = std::fopen(path, "re");
        if (file == nullptr)
            return;
        const long size = std::fseek(file, 0, SEEK_END) == 0 ? std::ftell(file) : 0;
        if (size > 0) {
            size_ = static_cast<std::size_t>(size);
            void* at = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, ::fileno(file), 0);
            data_ = at == MAP_FAILED ? nullptr : static_cast<const std::byte*>(at);
        }
        std::fclose(file);
    }
    ~mapped_file() {
        if (data_ != nullptr)
            ::munmap(const_cast<std::byte*>(data_), size_); // NOLINT: it was void* before
    }
    mapped_file(const mapped_file&) = delete;
    mapped_file& operator=(const mapped_file&) = delete;

    /// The `n` objects at the offset, or nullptr.
    template <class T>
    [[nodiscard]] const T* at(std::size_t offset, std::size_t n = 1) const {
        const bool inside =
            data_ != nullptr && offset <= size_ && n <= (size_ - offset) / sizeof(T);
        return inside ? reinterpret_cast<const T*>(data_ + offset) : nullptr; // NOLINT: a file
    }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace detail

/// The program's static objects at one moment. Used only for the report of a model that is known
/// not to be deterministic: nobody can say for sure whose objects they are.
///
/// remember() comes before changed(). Both are O(size of the program's writable memory); changed()
/// also reads the program's file.
class static_objects {
public:
    void remember() {
        parts_.clear();
        ::dl_iterate_phdr(
            [](dl_phdr_info* object, std::size_t, void* self) {
                static_cast<static_objects*>(self)->copy(*object);
                return 1; // the first one is the program
            },
            this);
    }

    /// The sorted names of the objects that have changed since. Empty if the program has no
    /// symbols.
    [[nodiscard]] std::vector<std::string> changed() const {
        std::vector<std::string> names;
        const detail::mapped_file program("/proc/self/exe");
        const auto* head = program.at<ElfW(Ehdr)>(0);
        if (head == nullptr || std::memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
            return names;
        const auto* sections = program.at<ElfW(Shdr)>(head->e_shoff, head->e_shnum);
        for (int i = 0; sections != nullptr && i != head->e_shnum; ++i)
            if (sections[i].sh_type == SHT_SYMTAB && sections[i].sh_link < head->e_shnum)
                look_into(program, sections[i], sections[sections[i].sh_link], names);
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        return names;
    }

private:
    struct part {
        std::uintptr_t begin;
        std::vector<std::byte> then;
    };

    void copy(const dl_phdr_info& program) {
        base_ = program.dlpi_addr;
        for (int i = 0; i != program.dlpi_phnum; ++i) {
            const ElfW(Phdr)& p = program.dlpi_phdr[i];
            if (p.p_type != PT_LOAD || (p.p_flags & PF_W) == 0)
                continue;
            const std::uintptr_t begin = base_ + p.p_vaddr;
            const auto* at = reinterpret_cast<const std::byte*>(begin); // NOLINT: loaded there
            parts_.push_back({begin, {at, at + p.p_memsz}});
        }
    }

    void look_into(const detail::mapped_file& program, const ElfW(Shdr) & table,
                   const ElfW(Shdr) & strings, std::vector<std::string>& names) const {
        const std::size_t n = table.sh_size / sizeof(ElfW(Sym));
        const auto* symbols = program.at<ElfW(Sym)>(table.sh_offset, n);
        const auto* letters = program.at<char>(strings.sh_offset, strings.sh_size);
        if (symbols == nullptr || letters == nullptr)
            return;
        for (std::size_t i = 0; i != n; ++i) {
            const ElfW(Sym)& s = symbols[i];
            if (ELF64_ST_TYPE(s.st_info) != STT_OBJECT || s.st_size == 0 ||
                s.st_name >= strings.sh_size || !has_changed(base_ + s.st_value, s.st_size))
                continue;
            if (std::string name = readable(letters + s.st_name); !is_known(name))
                names.push_back(std::move(name));
        }
    }

    [[nodiscard]] bool has_changed(std::uintptr_t begin, std::size_t size) const {
        for (const part& p : parts_)
            if (begin >= p.begin && begin - p.begin < p.then.size() &&
                size <= p.then.size() - (begin - p.begin))
                return std::memcmp(reinterpret_cast<const void*>(begin), // NOLINT: loaded there
                                   p.then.data() + (begin - p.begin), size) != 0;
        return false;
    }

    static std::string readable(const char* symbol) {
        int failed = 0;
        const std::unique_ptr<char, decltype(&std::free)> name(
            abi::__cxa_demangle(symbol, nullptr, nullptr, &failed), &std::free);
        return failed == 0 ? name.get() : symbol;
    }

    /// Does it belong to the engine, or to a known library?
    static bool is_known(std::string_view name) {
        constexpr std::array<std::string_view, 8> starts{
            "wbsync::", "rl::", "std::", "fmt::", "doctest::", "__gnu", "_", "guard variable for"};
        return name.find('@') != name.npos ||
               std::any_of(starts.begin(), starts.end(),
                           [&](std::string_view s) { return name.starts_with(s); });
    }

    std::uintptr_t base_ = 0;
    std::vector<part> parts_;
};

} // namespace wbsync::search
