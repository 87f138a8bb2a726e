// How a trial says that it could not be made: what it needs is not there.
export class Untried extends Error {}
