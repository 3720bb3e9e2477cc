// SPDX-License-Identifier: BSD-3-Clause
// What each folder's register.cpp defines: it adds the models of the folder to the catalogue.
#pragma once

#include "models/catalogue.hpp"

#include <vector>

namespace wbsync::models {

namespace cgwb {
void add_models(std::vector<model>& to);
}
namespace dontcache {
void add_models(std::vector<model>& to);
}
namespace erofs {
void add_models(std::vector<model>& to);
}
namespace fserror {
void add_models(std::vector<model>& to);
}
namespace fsnotify {
void add_models(std::vector<model>& to);
}
namespace fuse {
void add_models(std::vector<model>& to);
}
namespace kvm {
void add_models(std::vector<model>& to);
}
namespace mounts {
void add_models(std::vector<model>& to);
}
namespace patterns {
void add_models(std::vector<model>& to);
}
namespace stat {
void add_models(std::vector<model>& to);
}
namespace super {
void add_models(std::vector<model>& to);
}
namespace writeback {
void add_models(std::vector<model>& to);
}
namespace xfs {
void add_models(std::vector<model>& to);
}

} // namespace wbsync::models
