#include "gateway/app/command_line_upkeep.h"

#include "gateway/app/command_line_family.h"
#include "gateway/app/commands_upkeep.h"

namespace yht::app {
namespace {

/// What CLI11 fills in, kept by the callbacks.
struct UpkeepGiven {
    std::string ticket_no, why, file, record, month;
    std::uint32_t lost_epochs = 0;
};

void addCopies(CommandFamily& upkeep, CommandOptions& options, const std::shared_ptr<UpkeepGiven>& given) {
    auto* backup = upkeep.add(
        "backup", "Copy the ledger while the gateway runs 在线备份账本",
        [given, &options] { return backupLedgerCommand(options, given->file); },
        "The copy is of one moment, flushed, opened and held against its last checkpoint before it gets its name. It holds\n"
        "everything sealed: keep the KEK apart from it. Copied into place by hand it refuses to serve, as after a restore.\n"
        "备份为同一时刻的完整副本,落盘并核对最后检查点后才生效;内容仍为密文,密钥加密密钥须另行保管。\n"
        "Example 示例:\n  yht ledger backup --out /backup/ledger-$(date +%F).db\n"
        "Exit codes 退出码: 0 done, 3 the ledger is damaged, 65 the file is there already, 70 disk.");
    backup->add_option("--out", given->file, "File to make; never overwritten 目标文件,不覆盖")->required();
    auto* restore = upkeep.add(
        "restore", "Put a backup into an empty ledger directory 从备份恢复",
        [given, &options] { return restoreLedgerCommand(options, given->file); },
        "With the gateway stopped. Every entry is verified; on any difference nothing is restored. The restored ledger can\n"
        "be looked at (yht ledger verify, show) and serves nobody until yht ledger reopen.\n"
        "须先停止网关。逐条校验,有任何不一致即不恢复。恢复后可查看,执行 yht ledger reopen 之前不对外服务。\n"
        "Example 示例:\n  systemctl stop yihaotong\n  mv /var/lib/yihaotong/ledger.db* /var/tmp/\n"
        "  yht ledger restore --from /backup/ledger-2019-04-18.db\n  yht ledger reopen --why \"disk failure, restored 2019-04-18\"\n"
        "Exit codes 退出码: 0 restored, 3 the backup is damaged, 65 there is a ledger already or no such file,\n"
        "69 a gateway runs, 78 another log's backup.");
    restore->add_option("--from", given->file, "The backup 备份文件")->required();
}

void addArchive(CommandFamily& upkeep, CommandOptions& options, const std::shared_ptr<UpkeepGiven>& given) {
    auto* archive = upkeep.add(
        "archive", "Move closed months' payloads into sealed files 归档已结束的月份",
        [given, &options] { return archiveLedgerCommand(options, given->month, given->why); },
        "Payloads of tickets that are finished and wholly delivered, committed before that month, go to files in archive/ beside\n"
        "ledger.db, sealed as they are. Leaves, proofs, numbers and keys stay; everything is read, exported, verified and erased as\n"
        "before. Each file is written, read back, named in the ledger by its digest, and only then its rows leave the database.\n"
        "Stopped half-way, the next run goes on. The database gets no shorter: its free pages are used again.\n"
        "已办结且已全部送达的工单,其早于该月提交的内容移入 ledger.db 旁 archive/ 中的密文文件;叶、证明、编号与密钥不动,查询、导出、\n"
        "校验与删除照旧。文件写完、读回核对并以摘要记入账本之后,才从库中移除。中断后再次执行即继续。库文件不变小,空闲页供后续使用。\n"
        "Examples 示例:\n  yht ledger archive --before 2019-05 --why \"yearly archive\"\n"
        "  yht ledger archive --before $(date +%Y-%m) --why \"every closed month\" --json\n"
        "Exit codes 退出码: 0 done, also where there was nothing to do, 65 no month or one that is not over, 70 disk.");
    archive->add_option("--before", given->month, "Months before this one, YYYY-MM, Asia/Shanghai 早于该月")->required();
    addWhy(*archive, given->why)->required();
}

void addRekeying(CommandFamily& upkeep, CommandOptions& options, const std::shared_ptr<UpkeepGiven>& given) {
    auto* rekey = upkeep.add(
        "rekey", "Put the key-encryption key before out of use 轮换密钥加密密钥",
        [given, &options] { return rekeyLedgerCommand(options, given->why); },
        "First make a new KEK, name it as ledger.kek and the old one as ledger.kek_former in yht.yaml, and restart: from then on\n"
        "new keys are under the new one. This command then wraps every key of tickets, entries and attachments anew, of the trial\n"
        "ledger too, while the gateway runs. Stopped or killed half-way, the next run goes on; until it has ended both KEKs are\n"
        "wanted. Payloads are not touched. Older backups stay under the KEK of their time.\n"
        "先生成新密钥,在 yht.yaml 中以 ledger.kek 指明新密钥、ledger.kek_former 指明原密钥并重启,此后新密钥均由新 KEK 加密。\n"
        "本命令在网关运行时逐批重新加密工单、条目、附件的密钥(含联调账本);中断后再次执行即继续,结束之前两个 KEK 均须保留。\n"
        "内容不变;此前的备份仍由当时的 KEK 加密。\n"
        "Example 示例:\n  (umask 077; openssl rand -hex 32 > kek-2020.hex)\n  systemctl restart yihaotong\n"
        "  yht ledger rekey --why \"yearly rotation\"\n"
        "Exit codes 退出码: 0 done, also where there was nothing to do, 3 a key opens under no KEK, 65 the gateway was not restarted,\n"
        "69 done, but a reader kept the write-ahead log, 78 the KEKs are not this ledger's.");
    addWhy(*rekey, given->why)->required();
}

void addReopening(CommandFamily& upkeep, CommandOptions& options, const std::shared_ptr<UpkeepGiven>& given) {
    auto* reopen = upkeep.add(
        "reopen", "Let a restored ledger serve again, in a new epoch 恢复后重新启用账本",
        [given, &options] { return reopenLedgerCommand(options, given->why, given->lost_epochs); },
        "With the gateway stopped. The origin of checkpoints counts on, ticket numbers of today jump by a million, and the\n"
        "reason becomes an entry. Also after a disk snapshot was put back: nothing else can tell. Partners then repeat what\n"
        "they have receipts for and the ledger does not know; see yht ledger honour.\n"
        "须先停止网关。检查点 origin 递增,今日工单流水号跳号一百万,原因记入账本。磁盘快照回滚之后也须执行。\n"
        "Examples 示例:\n  yht ledger reopen --why \"disk failure, restored the backup of 2019-04-18 02:00\"\n"
        "  yht ledger reopen --lost-epochs 1 --why \"backup older than the last reopening\"\n"
        "Exit codes 退出码: 0 reopened, 65 no reason or no ledger, 69 a gateway runs.");
    addWhy(*reopen, given->why)->required();
    reopen->add_option("--lost-epochs", given->lost_epochs, "Reopenings that the backup does not know of 备份之后又重新启用过的次数")
        ->capture_default_str()
        ->check(CLI::Range(0, 9));
    auto* honour = upkeep.add(
        "honour", "Bring a lost record back from a partner's receipt 凭回执找回丢失的记录",
        [given, &options] { return honourReceiptCommand(options, given->file, given->record, given->why); },
        "The receipt must verify under this log's key, be of an earlier epoch and of an entry that the backup did not hold.\n"
        "The record comes back as a new entry under the ticket number that the receipt names.\n"
        "回执须由本账本密钥签署、属于此前的纪元,且其条目不在备份之内。记录以新条目找回,沿用回执上的工单编号。\n"
        "Example 示例:\n  yht ledger honour --receipt receipt.json --record record.json --why \"disk failure of 2019-04-18\"\n"
        "Exit codes 退出码: 0 it is in the ledger, 3 the receipt does not verify, 65 nothing was lost there.");
    honour->add_option("--receipt", given->file, "The receipt as the partner got it 回执文件")->required();
    honour->add_option("--record", given->record, "The record's JSON 记录文件")->required();
    addWhy(*honour, given->why)->required();
}

}  // namespace

void addLedgerUpkeep(CLI::App& ledger, CommandOptions& options, std::function<int()>& run) {
    auto given = std::make_shared<UpkeepGiven>();
    CommandFamily upkeep(ledger, options, run);
    auto* erase = upkeep.add(
        "erase", "Destroy one ticket's content for good; its proofs stay 依法删除一张工单的内容",
        [given, &options] { return eraseTicketCommand(options, given->ticket_no, given->why); },
        "The ticket's data key, its payloads and the raw messages that carried it are overwritten; numbers of it are kept\n"
        "as keyed digests only. Leaves, proofs and receipts stay valid. There is no way back. An array's raw message goes\n"
        "with the first ticket of it that is erased; the other tickets keep their records and receipts.\n"
        "工单密钥、内容及承载它的原始报文将被覆写,编号仅存密钥摘要;叶、证明与回执仍然有效。不可恢复。\n"
        "Example 示例:\n  yht ledger erase 430200-20190418-0000123-0 --why \"erasure request 2019-77\"\n"
        "Exit codes 退出码: 0 erased, 65 no such ticket or erased before, 69 erased, but a reader kept the write-ahead log.");
    erase->add_option("ticket_no", given->ticket_no, "The gateway's own number 本网关工单编号")->required();
    addWhy(*erase, given->why)->required();
    addArchive(upkeep, options, given);
    addCopies(upkeep, options, given);
    addReopening(upkeep, options, given);
    addRekeying(upkeep, options, given);
    upkeep.add(
        "rebuild", "Make every derived table anew from leaves and payloads 由叶与内容重建各表",
        [&options] { return rebuildLedgerCommand(options); },
        "With the gateway stopped; in one transaction, with room on the disk for those tables once more. Leaves, payloads,\n"
        "tickets' keys, checkpoints and work in progress stay untouched. The rebuilt tree must have the root that the last\n"
        "checkpoint signs, else nothing is changed.\n"
        "须先停止网关;一次事务完成。叶、内容、工单密钥、检查点与待办不变;重建的树根须与最后检查点一致,否则不作任何更改。\n"
        "Example 示例:\n  systemctl stop yihaotong && yht ledger rebuild && yht ledger verify\n"
        "Exit codes 退出码: 0 everything was as it should be, 3 something was mended, or leaves are damaged, 69 a gateway runs.");
}

}  // namespace yht::app
