// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/memory/bug.hpp>
#include <wbsync/native/variable.hpp>
#include <wbsync/reserved_object.hpp>

#include <atomic>
#include <stdexcept>
#include <string>

// What <wbsync/platform.hpp> provides on real threads. The names are those of
// <wbsync/engine/platform.hpp>.

namespace wbsync::native {

/// A base class that keeps the data of different CPUs on different cache lines.
struct padding_of_cpu {
    char unused[128 - sizeof(variable)] = {};
};

/// The scope of an object. A use after it is left to AddressSanitizer.
class scope {
public:
    explicit scope(const label& /*name*/) {}
};

/// The lifetime of something that ends before the object that stands for it. A use that comes after
/// the end is a violation; a use that is only not ordered before the end is not noticed.
class lifetime {
public:
    lifetime() = default;
    lifetime(const lifetime&) = delete;
    lifetime& operator=(const lifetime&) = delete;

    void begin(const label& name, const char* property) {
        name_ = name;
        property_ = property;
        alive_.store(true, std::memory_order_relaxed);
    }
    [[nodiscard]] bool alive() const noexcept { return alive_.load(std::memory_order_relaxed); }
    [[nodiscard]] const called& name() const noexcept { return name_; }
    [[nodiscard]] const char* property() const noexcept { return property_; }

    /// False: it had ended already.
    bool end() noexcept { return alive_.exchange(false, std::memory_order_relaxed); }

private:
    called name_;
    const char* property_ = "use-after-free";
    std::atomic<bool> alive_{false};
};

inline void use(const scope& /*of*/, const char* /*verb*/, const site& /*at*/) noexcept {}
inline void use(const variable& /*of*/, const char* /*verb*/, const site& /*at*/) noexcept {}

[[noreturn]] inline void used_after_end(const lifetime& what, const char* verb, const site& at) {
    violated(what.property(), fmt::format("{} of {} after its end", verb, what.name().str()), at);
}

inline void use(const scope& /*of*/, const lifetime& what, const char* verb, const site& at) {
    if (!what.alive())
        used_after_end(what, verb, at);
}
inline void show_use(const scope& of, const lifetime& what, const char* verb, const site& at) {
    scheduling_point();
    use(of, what, verb, at);
}
inline void end(const scope& /*of*/, lifetime& what, const label& /*name*/, const char* verb,
                const site& at) {
    scheduling_point();
    if (!what.end())
        used_after_end(what, verb, at);
}

/// Nobody records it here.
enum class told : std::uint8_t { whether_zero, whether_negative };
inline void learns_only(told /*what*/) noexcept {}

inline std::string name_of_block(const void* /*p*/) {
    return {};
}

/// A lock that all objects of a kind share, for the duration of the run.
template <class Lock, reserved_object Number>
class shared_lock final : public service {
public:
    explicit shared_lock(const char* name) : lock_(name) {}

    static Lock& get(const char* name) {
        run_state* const run = run_state::current();
        if (run == nullptr)
            throw std::logic_error(
                fmt::format("wbsync: {} is there only while a model runs", name));
        return run->get<shared_lock>(name).lock_;
    }

    [[nodiscard]] bool is_idle() override { return true; }
    void quit() override {}

private:
    Lock lock_;
};

/// What a model builds outside of the threads needs no preparation.
struct outside_of_execution {
    outside_of_execution() noexcept {} // NOLINT: it is declared for what it does
    ~outside_of_execution() {}         // NOLINT
};

} // namespace wbsync::native
