#include "gateway/app/command_line_attachments.h"

#include "gateway/app/command_line_family.h"
#include "gateway/app/commands_attachments.h"
#include "gateway/app/control_attachments.h"

namespace yht::app {
namespace {

struct AttachmentsGiven {
    AttachmentListing listing;
    std::vector<std::uint64_t> ids;
    std::string why;
};
using SharedAttachments = std::shared_ptr<AttachmentsGiven>;

void addDecision(
    CLI::App& parent, CommandOptions& options, std::function<int()>& run, const SharedAttachments& given, const char* name,
    const char* text, const char* control_command, const char* footer
) {
    auto* made = addCommand(parent, options, run, name, text, [given, &options, control_command] {
        return decideAttachments(options, control_command, given->ids, given->why);
    });
    made->add_option("id", given->ids, "Numbers of attachments 编号")->required();
    addWhy(*made, given->why)->required();
    made->footer(footer);
}

}  // namespace

void addAttachments(CLI::App& top, CommandOptions& options, std::function<int()>& run) {
    auto* attachments = top.add_subcommand(
        "attachments", "Attachments that are not in yet, or that no record names 附件:待取用、失败、无记录引用"
    );
    attachments->require_subcommand(1);
    attachments->footer("Examples 示例:\n  yht attachments list --source zz-media\n"
                        "  yht attachments retry 7 --why \"their file server is up again\"");
    auto given = std::make_shared<AttachmentsGiven>();
    auto* list = addCommand(*attachments, options, run, "list", "What waits and what failed; exit code 3 where one failed 附件一览",
                     [given, &options] { return listAttachments(options, given->listing); });
    list->add_option("--source", given->listing.source, "Only of this source 仅此来源");
    list->add_option("--state", given->listing.state, "pending, failed or discarded 状态")
        ->check(CLI::IsMember({"pending", "failed", "discarded"}));
    list->add_option("--limit", given->listing.limit, "At most so many 最多条数")->capture_default_str();
    list->footer("Its ticket is in the ledger and goes its way; only the file is missing.\n"
                 "工单已入账并照常流转,仅附件缺失。\nExamples 示例:\n  yht attachments list\n"
                 "  yht attachments list --state failed --json");
    auto* unnamed = addCommand(*attachments, options, run, "unnamed",
                        "What partners brought and no record of theirs names yet 已上传而尚无记录引用的附件",
                        [given, &options] { return listUnnamed(options, given->listing.limit); });
    unnamed->add_option("--limit", given->listing.limit, "At most so many 最多条数")->capture_default_str();
    unnamed->footer("The next to go first; how long they stay: attachments.unnamed_hours_max.\n"
                    "按到期先后排列,保留时间见 attachments.unnamed_hours_max。\nExample 示例:\n"
                    "  yht attachments unnamed --json");
    addDecision(*attachments, options, run, given, "retry", "Try again at once 立即重试", kRetryAttachment,
                "Example 示例:\n  yht attachments retry 7 8 --why \"host added to the manifest\"\n"
                "Exit codes 退出码: 0 it waits for its turn, 65 no such attachment, 3 one of several is not there.");
    addDecision(*attachments, options, run, given, "discard", "Give it up; a repeat does not ask again 放弃",
                kDiscardAttachment,
                "Example 示例:\n  yht attachments discard 7 --why \"the source says it was a test\"\n"
                "Exit codes 退出码: 0 given up, 65 no such attachment, 3 one of several is not there.");
}

}  // namespace yht::app
