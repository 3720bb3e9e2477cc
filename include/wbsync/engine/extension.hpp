// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace wbsync::engine {

class execution;

/// State that a family of primitives keeps for one execution, such as who is in which read-side
/// section.
///
/// reset() comes before any other function, and before the model is built. It should keep its
/// memory, as there are many executions.
class extension {
public:
    virtual ~extension() = default;

    /// A new execution begins.
    virtual void reset() = 0;
    /// The current thread has come to its end.
    virtual void thread_ends(execution&) {}

    extension() = default;
    extension(const extension&) = delete;
    extension& operator=(const extension&) = delete;
};

/// One extension of each type, made at its first use and kept for the next execution.
///
/// get() is O(number of types), a handful; the reference stays valid until clear(). An extension's
/// constructor and reset() may ask for other extensions.
class extension_set {
public:
    template <class Extension>
    Extension& get() {
        static constexpr char key = 0;
        for (const entry& e : all_)
            if (e.key == &key)
                return static_cast<Extension&>(*e.is);
        return static_cast<Extension&>(add(&key, new Extension));
    }

    void clear();
    void reset();
    void thread_ends(execution& run);

private:
    struct entry {
        const void* key;
        std::unique_ptr<extension> is;
    };

    /// Takes ownership of `made`, and resets it.
    extension& add(const void* key, extension* made);

    std::vector<entry> all_;
};

} // namespace wbsync::engine

#ifndef WBSYNC_COMPILED
#include <wbsync/engine/extension_inl.hpp>
#endif
