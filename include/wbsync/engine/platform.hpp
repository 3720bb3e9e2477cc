// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/engine/extension.hpp>
#include <wbsync/engine/scope.hpp>
#include <wbsync/engine/variable.hpp>

#include <optional>

// What <wbsync/platform.hpp> provides when a model is checked. The names are those of
// <wbsync/native/watched.hpp>.

namespace wbsync::engine {

/// A base class that keeps data of different CPUs apart; empty here.
struct padding_of_cpu {};

/// The current thread uses the object. Does nothing outside of an execution. Not a step.
inline void use(const scope& of, const char* verb, const site& at) {
    if (execution::current() != nullptr)
        of.use(verb, at);
}
/// The current thread uses a variable without accessing its value.
inline void use(const variable& of, const char* verb, const site& at) {
    if (execution::current() != nullptr)
        static_cast<void>(of.object(verb, at));
}
/// Uses the object and what it watches, which may have ended before the object.
inline void use(const scope& of, const lifetime& what, const char* verb, const site& at) {
    if (execution* run = execution::current()) {
        of.use(verb, at);
        run->access(&what, verb, at);
    }
}
/// Uses both, and a trace shows it.
inline void show_use(const scope& of, const lifetime& what, const char* verb, const site& at) {
    execution& run = of.use(verb, at);
    run.local_step(at);
    if (run.recording())
        run.note({.kind = event_kind::use,
                  .verb = verb,
                  .object = {.name = what.name().str()},
                  .where = at});
    run.access(&what, verb, at);
}

/// The current thread ends what the object watches; a trace shows it under the name given. Does
/// nothing outside of an execution.
inline void end(const scope& of, lifetime& what, const label& name, const char* verb,
                const site& at) {
    if (execution* run = execution::current()) {
        of.use(verb, at);
        if (run->recording())
            run->note({.kind = event_kind::free,
                       .verb = verb,
                       .object = {.name = name.str()},
                       .where = at});
        run->end(what, verb, at);
    }
}

/// Of what it has just stored, the current thread learns only `what`.
inline void learns_only(told what) {
    if (execution* run = execution::current(); run != nullptr)
        run->learns_only(what);
}

/// Fences that belong to a primitive: a trace does not show them.
inline void acquire_fence(const site& at, const char* verb) {
    if (execution* run = execution::current(); run != nullptr)
        run->fence(ordering::read_fence, at, verb);
}
inline void release_fence(const site& at, const char* verb) {
    if (execution* run = execution::current(); run != nullptr)
        run->fence(ordering::write_fence, at, verb);
}

/// The name of the block of memory at that address; empty: there is none.
inline std::string name_of_block(const void* p) {
    if (execution* run = execution::current())
        if (const auto* block = run->blocks().find(p); block != nullptr)
            return block->life.name().str();
    return {};
}

/// The execution under way, for an object that can exist only inside of one. Outside of a model it
/// throws std::logic_error, which names the object.
execution& execution_with(const char* object);

/// A lock that all objects of a kind share. `Number`: the object number of the lock.
template <class Lock, reserved_object Number>
class shared_lock final : public extension {
public:
    void reset() override { lock_.reset(); }

    static Lock& get(const char* name) {
        execution& run = execution_with(name);
        return run.get<shared_lock>().of(run, name);
    }

private:
    Lock& of(execution& run, const char* name) {
        if (!lock_) {
            const lifetime* const outer = run.exchange_owner(nullptr);
            lock_.emplace(run.shared_location(object_numbers::reserved(Number), name, 0),
                          run.stamp());
            run.exchange_owner(outer);
        }
        return *lock_;
    }

    std::optional<Lock> lock_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/platform_inl.hpp>
#endif
