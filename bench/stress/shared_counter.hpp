// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <new>
#include <system_error>

#include <sys/mman.h>

namespace wbsync::bench {

/// A number that a child process counts and its parent reads, even after the child has crashed.
class shared_counter {
public:
    shared_counter()
        : page_(::mmap(nullptr, sizeof(counter), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) {
        if (page_ == MAP_FAILED)
            throw std::system_error(errno, std::generic_category(), "mmap");
        ::new (page_) counter{0};
    }
    ~shared_counter() { ::munmap(page_, sizeof(counter)); }
    shared_counter(const shared_counter&) = delete;
    shared_counter& operator=(const shared_counter&) = delete;

    void operator++() noexcept { ++*static_cast<counter*>(page_); }
    [[nodiscard]] std::uint64_t value() const noexcept { return *static_cast<counter*>(page_); }

private:
    using counter = std::atomic<std::uint64_t>;
    static_assert(counter::is_always_lock_free);

    void* page_;
};

} // namespace wbsync::bench
