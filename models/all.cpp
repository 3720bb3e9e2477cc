// SPDX-License-Identifier: BSD-3-Clause
#include "models/all.hpp"

#include "models/families.hpp"

#include <cstddef>

namespace wbsync::models {
namespace {

/// The models of one folder.
struct family {
    const char* folder;
    void (*add_models)(std::vector<model>& to);
};

// one a line, by name
// clang-format off
constexpr family families[] = {
    {"cgwb", &cgwb::add_models},
    {"dontcache", &dontcache::add_models},
    {"erofs", &erofs::add_models},
    {"fserror", &fserror::add_models},
    {"fsnotify", &fsnotify::add_models},
    {"fuse", &fuse::add_models},
    {"kvm", &kvm::add_models},
    {"mount", &mounts::add_models},
    {"patterns", &patterns::add_models},
    {"stat", &stat::add_models},
    {"super", &super::add_models},
    {"writeback", &writeback::add_models},
    {"xfs", &xfs::add_models},
};
// clang-format on

std::vector<model> collect() {
    std::vector<model> list;
    for (const family& f : families) {
        const std::size_t before = list.size();
        f.add_models(list);
        for (std::size_t i = before; i != list.size(); ++i)
            list[i].folder = f.folder;
    }
    return list;
}

} // namespace

const std::vector<model>& all() {
    static const std::vector<model> models = collect();
    return models;
}

} // namespace wbsync::models
