// The record of an attachment that an item brought or named (附件记录): made from what is known once the bytes are kept.
// Its ticket is the one of the record that it belongs to, by the same numbers; its time and origin are that record's.
// Uses: kit/inbound, attachments, ticket. Used by: source_attachments.
#pragma once

#include <string>

#include "adapters/kit/inbound/adapter.h"
#include "gateway/attachments/sealed_file.h"
#include "gateway/ticket/record.h"

namespace yht::intake {

/// `ref`: attachmentRef(). Not validated yet.
ticket::Record attachmentRecord(
    const ticket::Record& belongs_to, const kit::AdaptedAttachment& attachment, const std::string& ref,
    const attachments::Facts& facts
);

/// What it is called where the item does not say: the end of its URL, or what it is ("附件.jpg"). At most 255 characters.
std::string attachmentName(const kit::AdaptedAttachment& attachment, const std::string& media_type);

}  // namespace yht::intake
