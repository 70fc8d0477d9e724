// A source's folder and its product's, from an integrator's directory into a deployment: as a whole, and back again where
// what follows fails. A crash leaves the old folder as <name>.before beside nothing, never half of a new one.
// Uses: std. Used by: commands_adapters_shadow (apply, shadow start).
#pragma once

#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace yht::app {

/// sources/<id> and products/<product> of `from` copied below `to`, over what is not there. Samples are copied too.
/// Errors: IoFailed, SourceUnknown.
base::Status copySource(const std::string& from, const std::string& to, const std::string& source_id);

/// Puts `from`'s folders of the source in the place of those in `to`.
class StagedFolders {
public:
    StagedFolders(std::string to) : to_(std::move(to)) {}
    /// Where neither keep() was called nor undo(), it is undone.
    ~StagedFolders() { undo(); }
    StagedFolders(const StagedFolders&) = delete;

    /// Errors: IoFailed, SourceUnknown; everything is as it was then.
    base::Status put(const std::string& from, const std::string& source_id);
    void keep();
    void undo();

private:
    struct Moved {
        std::string place, before;  // before "": there was none
    };
    base::Status replace(const std::string& from, const std::string& place);

    const std::string to_;
    std::vector<Moved> moved_;
};

}  // namespace yht::app
