// An adapter for tests: one item a line.
//   {…} or [{…},…]          a record, or several, as the line says; not validated. "attachments" of one:
//                           [{"kind":"value"|"url"|"number","content","file_name"}…]
//   ignore RULE             ignored by that rule
//   fail PATH {…}           fails at PATH unless a patch sets it or the adapter is mended; then the record, PATH's field
//                           (its last part) being the patch's text
//   crash {…}               ends the gateway, as it were, unless the adapter is mended; then the record
//   cut                     the rest can't be read, unless the adapter reads on: ignored by "cut" then
//   cut drop                as cut; an item that fails where the adapter reads on
//   drop                    an item that fails; none where the adapter reads on
#pragma once

#include <atomic>
#include <string>

#include "adapters/kit/inbound/adapter.h"

namespace yht::intake {

class LineAdapter final : public kit::Adapter {
public:
    explicit LineAdapter(std::string source);

    void mend() {
        mended_ = true;
        version_ = "mended0000000002";
    }
    kit::Manifest& changeManifest() { return manifest_; }
    /// Items are no slices of the message from now on, as in a spreadsheet.
    void hideSlices() { slices_ = false; }
    /// "cut" is an empty item from now on, "drop" none at all.
    void readOn(bool reads_on = true) { reads_on_ = reads_on; }
    /// Items name no attachments from now on.
    void hideAttachments() { attachments_ = false; }
    std::size_t passes() const { return passes_; }
    /// Of the last message with a file name. One thread.
    const kit::MessageContext& lastContext() const { return last_context_; }

    const kit::Manifest& manifest() const override { return manifest_; }
    const std::string& version() const override { return version_; }
    base::Status adapt(
        std::string_view message, const kit::MessageContext& context,
        const std::vector<kit::ItemPatch>& patches, const kit::AdaptedSink& sink
    ) const override;

private:
    kit::AdaptedItem adaptLine(
        const std::string& line, std::uint64_t index, const std::vector<kit::ItemPatch>& patches
    ) const;

    kit::Manifest manifest_;
    std::string version_ = "first00000000001";
    bool mended_ = false;
    bool slices_ = true;
    bool attachments_ = true;
    bool reads_on_ = false;
    mutable std::atomic<std::size_t> passes_{0};  // over a message
    mutable kit::MessageContext last_context_;
};

}  // namespace yht::intake
