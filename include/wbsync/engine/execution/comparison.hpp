// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/execution/state.hpp>
#include <wbsync/engine/footprint.hpp>
#include <wbsync/engine/trace.hpp>

#include <cstdint>
#include <string>

namespace wbsync::engine {

/// Compares what a model does with what it did in the same execution before. A model that does
/// something else when run again depends on more than what it reads through wbsync.
class comparison {
public:
    explicit comparison(const execution_state& state) : state_(state) {}

    /// The next executions are recorded or compared, until this is called with nullptr.
    void use(footprint* in) noexcept { footprint_ = in; }
    [[nodiscard]] bool is_active() const noexcept { return footprint_ != nullptr; }
    void begin();

    // These are called only if is_active(). They return false if the model does not do the same as
    // before; difference() then says how it differs.

    [[nodiscard]] bool threads();

    [[nodiscard]] bool step(const operation& op);

    /// The operation under way has read or stored `value`; `opaque`: it may be an address.
    [[nodiscard]] bool value(std::int64_t value, bool opaque, const char* verb, const site& at);

    [[nodiscard]] bool local_step(const site& at);

    [[nodiscard]] const finding& difference() const noexcept { return difference_; }

private:
    bool leave(const mark& m, bool opaque, const label* object = nullptr);

    [[nodiscard]] std::string describe(const mark& now, const label* object) const;

    static std::string did(const mark& m, const std::string& of);

    const execution_state& state_;
    footprint* footprint_ = nullptr;
    finding difference_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/execution/comparison_inl.hpp>
#endif
